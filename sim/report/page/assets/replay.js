// The day as an animation: every person a dot, from the entrance past the booths to the exit, by a clock that can be dragged.
"use strict";
(() => {
  const { replay } = JSON.parse(document.getElementById("data").textContent);
  const NEVER = 65535;
  const OUT_MINUTES = 4; // how long those who leave are seen beyond the doors
  const HAPPY = 0;
  const NOT_LET_IN = 2;
  const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const column = (name) => {
    const view = new DataView(bytes(replay[name]).buffer);
    return Uint16Array.from({ length: view.byteLength / 2 }, (_, place) => view.getUint16(2 * place, true));
  };
  const [arrived, checked, entered, turned, left] = ["arrived", "checked", "entered", "turned", "left"].map(column);
  const [joined, started, ended, seeker, booth] = ["joined", "started", "ended", "seeker", "booth"].map(column);
  const ending = bytes(replay.ending);
  const people = arrived.length;
  const first = new Uint32Array(people + 1); // rows of the stays of each person, which are in order of time
  for (const one of seeker) first[one + 1] += 1;
  for (let place = 0; place < people; place += 1) first[place + 1] += first[place];

  const canvas = document.getElementById("hall");
  const pen = canvas.getContext("2d");
  const slider = document.getElementById("time");
  const clock = document.getElementById("clock");
  const button = document.getElementById("play");
  const speed = document.getElementById("speed");
  const counts = document.getElementById("counts");
  const last = Math.ceil((replay.ends - replay.begins + OUT_MINUTES) * replay.steps);
  const says = replay.says;
  const KINDS = [["outside", "inside"], ["walking", "lost"], ["waiting", "wait"], ["talking", "talk"], ["happy", "good"], ["gone", "ink"]];
  let now = 0;
  let playing = false;
  let before = 0;
  let colours = {};
  let spots = [];
  let size = 3;
  let width = 0;
  let height = 0;

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  // A number between 0 and 1 that belongs to a person for good.
  function own(person, salt) {
    let mixed = Math.imul(person + 1, 2654435761) ^ Math.imul(salt, 2246822519);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 2246822507);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 3266489909);
    return ((mixed ^ (mixed >>> 16)) >>> 8) / 16777216;
  }

  // Places of the hall: the entrance on the left, the exit on the right, booths as a grid between them.
  function layOut() {
    const scale = window.devicePixelRatio || 1;
    width = canvas.clientWidth;
    height = canvas.clientHeight;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    const hall = { x: 0.15 * width, y: 22, width: 0.72 * width, height: height - 34 };
    const columns = Math.max(1, Math.round(Math.sqrt((replay.booths * hall.width) / hall.height)));
    const rows = Math.max(1, Math.ceil(replay.booths / columns));
    const [wide, high] = [hall.width / columns, hall.height / rows];
    size = Math.max(1.2, Math.min(4, Math.min(wide, high) / 9));
    spots = Array.from({ length: replay.booths }, (_, place) => ({
      x: hall.x + ((place % columns) + 0.5) * wide,
      y: hall.y + (Math.floor(place / columns) + 0.22) * high,
      wide, high,
    }));
    spots.hall = hall;
    colours = Object.fromEntries(["paper", "ink", "soft", "grid", "panel", ...KINDS.map(([, name]) => name)].map((name) => [name, colour(name)]));
  }

  const entrance = (person) => ({ x: spots.hall.x + 6, y: height * (0.42 + 0.16 * own(person, 1)) });
  const wayOut = (person) => ({ x: spots.hall.x + spots.hall.width - 6, y: height * (0.42 + 0.16 * own(person, 2)) });
  const atBooth = (person, place) => ({ x: spots[place].x + (own(person, 3) - 0.5) * spots[place].wide * 0.4, y: spots[place].y + 2.6 * size });
  const between = (from, to, share) => {
    const part = Math.max(0, Math.min(1, share));
    return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
  };

  // Where the outside queue's places are: columns to the left of the entrance.
  function inLine(place) {
    const step = 2.3 * size;
    const perColumn = Math.max(4, Math.floor((height - 60) / step));
    const space = spots.hall.x - 8;
    return { x: Math.max(3, space - Math.floor(place / perColumn) * step), y: 40 + (place % perColumn) * step };
  }

  function inQueue(place, rank) {
    const step = 2.3 * size;
    const spot = spots[place];
    const perRow = Math.max(1, Math.floor((spot.wide * 0.8) / step));
    const row = Math.floor(rank / perRow);
    const deepest = Math.max(1, Math.floor((spot.high * 0.62) / step));
    return {
      x: spot.x + ((rank % perRow) - (Math.min(perRow, 5) - 1) / 2) * step,
      y: spot.y + (5.2 * size) + Math.min(row, deepest) * step,
    };
  }

  function draw() {
    pen.fillStyle = colours.panel;
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = colours.paper;
    pen.fillRect(spots.hall.x, spots.hall.y - 4, spots.hall.width, spots.hall.height + 8);
    pen.strokeStyle = colours.soft;
    pen.strokeRect(spots.hall.x, spots.hall.y - 4, spots.hall.width, spots.hall.height + 8);
    pen.fillStyle = colours.soft;
    pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    pen.textAlign = "left";
    pen.fillText(says.entrance, 4, 14);
    pen.textAlign = "right";
    pen.fillText(says.exit, width - 4, 14);
    for (const spot of spots) {
      pen.fillStyle = colours.grid;
      pen.fillRect(spot.x - spot.wide * 0.34, spot.y - size * 1.1, spot.wide * 0.68, size * 2.2);
    }
    const totals = Object.fromEntries(KINDS.map(([kind]) => [kind, 0]));
    const outside = [];
    const queues = new Map();
    const dots = [];
    for (let person = 0; person < people; person += 1) place(person, totals, outside, queues, dots);
    outside.sort((one, other) => arrived[one] - arrived[other]);
    outside.forEach((_, rank) => dots.push([inLine(rank), "inside", false]));
    for (const [where, rows] of queues) {
      rows.sort((one, other) => joined[one] - joined[other]);
      rows.forEach((_, rank) => dots.push([inQueue(where, rank), "wait", false]));
    }
    for (const [spot, name, isBig] of dots) {
      pen.beginPath();
      pen.arc(spot.x, spot.y, isBig ? size * 1.25 : size, 0, 2 * Math.PI);
      pen.fillStyle = colours[name];
      pen.fill();
      if (name === "lost") { pen.strokeStyle = colours.soft; pen.lineWidth = 0.7; pen.stroke(); }
    }
    show(totals, dots.length);
  }

  // What a person is doing now: a line in one of the queues, or a dot somewhere.
  function place(person, totals, outside, queues, dots) {
    if (arrived[person] === NEVER || now < arrived[person]) return;
    const out = left[person] === NEVER ? NEVER : left[person];
    if (now >= out) {
      totals[ending[person] === HAPPY ? "happy" : "gone"] += 1;
      const away = (now - out) / (OUT_MINUTES * replay.steps);
      if (away >= 1) return;
      const isRefused = ending[person] === NOT_LET_IN;
      const door = isRefused ? { x: spots.hall.x - 8, y: height / 2 } : wayOut(person);
      const far = isRefused ? { x: -10, y: height * 0.9 } : { x: width + 10, y: door.y };
      dots.push([between(door, far, away), ending[person] === HAPPY ? "good" : "ink", ending[person] === HAPPY]);
      return;
    }
    if (now < checked[person]) {
      totals.outside += 1;
      outside.push(person);
      return;
    }
    let from = entrance(person);
    let since = entered[person] === NEVER ? checked[person] : entered[person];
    for (let row = first[person]; row < first[person + 1]; row += 1) {
      const target = atBooth(person, booth[row]);
      if (now < joined[row]) {
        totals.walking += 1;
        dots.push([between(from, target, (now - since) / Math.max(1, joined[row] - since)), "lost", false]);
        return;
      }
      if (started[row] !== NEVER ? now < started[row] : now < ended[row]) {
        totals.waiting += 1;
        if (!queues.has(booth[row])) queues.set(booth[row], []);
        queues.get(booth[row]).push(row);
        return;
      }
      if (started[row] !== NEVER && now < ended[row]) {
        totals.talking += 1;
        dots.push([target, "talk", true]);
        return;
      }
      from = target;
      since = ended[row];
    }
    totals.walking += 1;
    const away = Math.min(turned[person], out);
    if (away !== NEVER && now >= away) {
      dots.push([between(from, wayOut(person), (now - away) / Math.max(1, out - away)), ending[person] === HAPPY ? "good" : "lost", ending[person] === HAPPY]);
    } else {
      const middle = { x: spots.hall.x + spots.hall.width * (0.12 + 0.76 * own(person, 4)), y: spots.hall.y + spots.hall.height * own(person, 5) };
      dots.push([between(from, middle, (now - since) / (3 * replay.steps)), "lost", false]);
    }
  }

  function show(totals, drawn) {
    const minutes = replay.begins + now / replay.steps;
    const whole = Math.floor(minutes + 1e-9);
    const text = `${String(Math.floor(whole / 60) % 24).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
    clock.textContent = text;
    slider.value = now;
    slider.setAttribute("aria-valuetext", text);
    for (const [kind] of KINDS) counts.querySelector(`[data-kind=${kind}] b`).textContent = Math.round(totals[kind] * replay.each).toLocaleString("en");
    canvas.dataset.people = drawn;
  }

  function tick(time) {
    if (!playing) return;
    now = Math.min(last, now + ((time - before) / 1000) * Number(speed.value) * replay.steps);
    before = time;
    draw();
    if (now >= last) pause(); else requestAnimationFrame(tick);
  }

  function pause() {
    playing = false;
    button.textContent = says.play;
  }

  button.addEventListener("click", () => {
    if (playing) { pause(); return; }
    if (now >= last) now = 0;
    playing = true;
    before = performance.now();
    button.textContent = says.pause;
    requestAnimationFrame(tick);
  });
  slider.addEventListener("input", () => { now = Number(slider.value); draw(); });
  for (const [kind, name] of KINDS) {
    const item = document.createElement("li");
    item.dataset.kind = kind;
    const dot = document.createElement("i");
    dot.style.background = `var(--${name})`;
    item.append(dot, document.createElement("b"), ` ${says[kind]}`);
    counts.append(item);
  }
  const again = () => { layOut(); draw(); };
  new ResizeObserver(again).observe(canvas);
  for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", again);
  slider.max = last;
  slider.value = 0;
  // The picture before anybody plays: the fullest time of a fair is about a third after its opening.
  now = Math.round((replay.opens + (replay.closes - replay.opens) / 3 - replay.begins) * replay.steps);
  again();
})();
