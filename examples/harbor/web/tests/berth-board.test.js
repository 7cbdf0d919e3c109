import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, render, rows } from "../berth-board.js";

const berths = [{ name: "Mole" }, { name: "Slip" }];
const stay = (name, berth, arrives, leaves) => ({ vessel: { name }, berth, arrives, leaves });
const stays = [
  stay("Tern", "Mole", "2026-03-10T18:00Z", "2026-03-11T06:00Z"),
  stay("Sula", "Mole", "2026-03-10T06:00Z", "2026-03-10T12:00Z"),
];

test("shows who is there and who comes next", () => {
  const [mole, slip] = rows(berths, stays, new Date("2026-03-10T08:00Z"));
  assert.equal(mole.now.vessel.name, "Sula");
  assert.equal(mole.next.vessel.name, "Tern");
  assert.deepEqual(slip, { berth: "Slip", now: null, next: null });
});

test("a berth is free at the minute its vessel leaves", () => {
  const [mole] = rows(berths, stays, new Date("2026-03-10T12:00Z"));
  assert.equal(mole.now, null);
});

test("renders one row a berth", () => {
  const html = render(rows(berths, stays, new Date("2026-03-10T08:00Z")));
  assert.equal(
    html,
    "<tr><th>Mole</th><td>Sula until 03-10 12:00</td><td>Tern at 03-10 18:00</td></tr>\n" +
      "<tr><th>Slip</th><td>free</td><td></td></tr>",
  );
});

test("a name is never markup", () => {
  const odd = [stay("<b>Auk</b>", "Mole", "2026-03-10T06:00Z", "2026-03-10T12:00Z")];
  const html = render(rows(berths, odd, new Date("2026-03-10T08:00Z")));
  assert.ok(html.includes("&lt;b&gt;Auk&lt;/b&gt;"));
});

test("the clock is UTC", () => {
  assert.equal(clock("2026-03-10T01:30+03:00"), "03-09 22:30");
});
