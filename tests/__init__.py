"""The tests, by kind of claim. A package, so that its helpers are found before other packages' tests."""
