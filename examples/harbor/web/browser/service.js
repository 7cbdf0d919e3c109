// The real service, with the page, on a free port of this machine.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Starts the service; gives its address, a way to book, and a way to end it. */
export async function start() {
  const command = ["-m", "harbor", "--port", "0", "--web", "web"];
  const service = spawn("python3", command, { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(service, "close");
  const url = await listening(service.stderr);
  const stop = async () => {
    service.kill();
    await ended;
  };
  return { url, book: (stay) => book(url, stay), stop };
}

/** The address in the line with which the service says that it listens. */
async function listening(output) {
  const said = [];
  for await (const line of createInterface({ input: output })) {
    const url = / listens on (http:\S+)/.exec(line)?.[1];
    if (url) return url;
    said.push(line);
  }
  throw new Error(`the service did not start: ${said.join("\n")}`);
}

async function book(url, stay) {
  const answer = await fetch(`${url}/stays`, { method: "POST", body: JSON.stringify(stay) });
  if (!answer.ok) throw new Error(`a booking is refused: ${await answer.text()}`);
}
