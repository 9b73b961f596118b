"""An M/M/3 queue in three simulation libraries, each written as its own documentation writes such a queue.

Each function serves so many customers and gives three times of each: arrival, beginning and end of the service. The
libraries draw their own random numbers, so waits agree in distribution only. Knows nothing of jobfair but the queue's
three numbers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Sequence
from typing import Any

from benchmarks.fairs import ARRIVALS_PER_MINUTE, RECRUITERS, SERVICE_MINUTES

Times = Sequence[tuple[float, float, float]]
Queue = Callable[[int, int], Times]


def simpy_queue(customers: int, seed: int) -> Times:
    """SimPy: one process per customer and a `Resource`, as in its "Bank Renege" example without the reneging."""
    import simpy

    draw = random.Random(seed)
    times: list[tuple[float, float, float]] = []

    def customer(env: simpy.Environment, counter: simpy.Resource) -> Generator[simpy.Event, Any, None]:
        arrived = env.now
        with counter.request() as turn:
            yield turn
            began = env.now
            yield env.timeout(draw.expovariate(1.0 / SERVICE_MINUTES))
        times.append((arrived, began, env.now))

    def source(env: simpy.Environment, counter: simpy.Resource) -> Generator[simpy.Event, Any, None]:
        for _ in range(customers):
            yield env.timeout(draw.expovariate(ARRIVALS_PER_MINUTE))
            env.process(customer(env, counter))

    env = simpy.Environment()
    env.process(source(env, simpy.Resource(env, capacity=RECRUITERS)))
    env.run()
    return times


def ciw_queue(customers: int, seed: int) -> Times:
    """Ciw: the network of one node of its front page, run until so many customers have been served."""
    import ciw  # type: ignore[import-untyped]

    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=ARRIVALS_PER_MINUTE)],
        service_distributions=[ciw.dists.Exponential(rate=1.0 / SERVICE_MINUTES)],
        number_of_servers=[RECRUITERS],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(customers, method="Finish")
    records = simulation.get_all_records()
    return [(record.arrival_date, record.service_start_date, record.service_end_date) for record in records]


def salabim_queue(customers: int, seed: int) -> Times:
    """salabim: a generator of components and a `Resource`, as in its "Bank, 3 clerks (resources)" example.

    With `yield`, which salabim calls the faster of its two styles.
    """
    import salabim  # type: ignore[import-untyped]

    salabim.yieldless(False)
    times: list[tuple[float, float, float]] = []

    class Customer(salabim.Component):  # type: ignore[misc]
        def process(self) -> Generator[Any, Any, None]:
            arrived = self.env.now()
            yield self.request(clerks)
            began = self.env.now()
            yield self.hold(service.sample())
            self.release(clerks)
            times.append((arrived, began, self.env.now()))

    env = salabim.Environment(random_seed=seed)
    clerks = salabim.Resource("clerks", capacity=RECRUITERS)
    service = salabim.Exponential(SERVICE_MINUTES)
    salabim.ComponentGenerator(Customer, iat=salabim.Exponential(ARRIVALS_PER_MINUTE**-1), number=customers)
    env.run()
    return times


QUEUES: dict[str, Queue] = {"SimPy": simpy_queue, "Ciw": ciw_queue, "salabim": salabim_queue}
