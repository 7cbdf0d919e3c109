// The board as the harbour office sees it: the real service and page, in a browser with a window.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { start } from "./service.js";

/** The moment that the clock on the wall shows, whenever the test runs. */
const NOW = new Date("2026-03-10T08:00Z");

/** Where a program of this machine is. */
function onPath(name) {
  const found = process.env.PATH.split(delimiter).map((folder) => join(folder, name)).find(existsSync);
  if (!found) throw new Error(`\`${name}\` is not on the PATH: install Debian's package \`${name}\``);
  return found;
}

/** A booking for this day. */
const stay = (name, berth, arrives, leaves) => ({
  vessel: { name, length_m: 12, draught_m: 1.6 },
  berth,
  arrives: `2026-03-10T${arrives}Z`,
  leaves: `2026-03-10T${leaves}Z`,
});

let service, browser, page;

before(async () => {
  service = await start();
  browser = await chromium.launch({
    executablePath: onPath("chromium"),
    headless: false,
    chromiumSandbox: process.getuid() !== 0, // root has none
    args: ["--disable-gpu", "--disable-quic"],
  });
  page = await browser.newPage({ viewport: { width: 960, height: 420 } });
  await page.clock.install({ time: NOW });
});

after(async () => {
  await browser?.close();
  await service?.stop();
});

test("shows who is there and who comes next", async () => {
  await service.book(stay("Sula", "Mole", "06:00", "12:00"));
  await service.book(stay("Tern", "Mole", "18:00", "23:00"));
  await page.goto(service.url);
  const row = page.getByRole("row", { name: "Mole" });
  await row.waitFor();
  assert.deepEqual(await row.getByRole("cell").allInnerTexts(), [
    "Sula until 03-10 12:00",
    "Tern at 03-10 18:00",
  ]);
  await page.screenshot({ path: "reports/berth-board.png" });
});

test("says in red when the service is gone", async () => {
  await service.stop();
  await page.clock.runFor(30_000);
  const trouble = page.getByRole("status");
  await trouble.filter({ hasText: "The board may be old" }).waitFor();
  await page.getByRole("row", { name: "Mole" }).waitFor();
});
