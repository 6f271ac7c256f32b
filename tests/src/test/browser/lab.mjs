// Opens a notebook in JupyterLab as a person would: Run All, interrupt by the button, look, in a light or dark theme.
// Usage: node lab.mjs LAB_URL NOTEBOOK THEME SCREENSHOT_FOLDER   (Chromium by its devtools protocol; no library needed)
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [url, notebook, theme, folder] = process.argv.slice(2);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const profile = mkdtempSync(join(tmpdir(), "loupe-browser-"));
const browser = spawn(process.env.CHROMIUM ?? "chromium", [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
  "--force-device-scale-factor=2", "--window-size=1280,1500", "--remote-debugging-port=0",
  `--user-data-dir=${profile}`, "about:blank"]);

const endpoint = await new Promise((found) => {
  let text = "";
  browser.stderr.on("data", (data) => {
    text += data;
    const match = text.match(/listening on (ws:\S+)/);
    if (match) found(match[1]);
  });
});

const socket = new WebSocket(endpoint);
await new Promise((open) => (socket.onopen = open));
const waiting = new Map();
let last = 0;
let session;
socket.onmessage = (event) => {
  const message = JSON.parse(event.data);
  waiting.get(message.id)?.(message);
  waiting.delete(message.id);
};
const send = (method, params = {}) =>
  new Promise((done, fail) => {
    const id = ++last;
    waiting.set(id, (m) => (m.error ? fail(new Error(`${method}: ${m.error.message}`)) : done(m.result)));
    socket.send(JSON.stringify({ id, method, params, sessionId: session }));
  });

const { targetId } = await send("Target.createTarget", { url: "about:blank" });
session = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
await send("Emulation.setDeviceMetricsOverride", { width: 1280, height: 1500, deviceScaleFactor: 2, mobile: false });

async function page(expression) {
  const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}

async function until(what, expression, seconds = 120) {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; await sleep(200)) {
    try {
      if (await page(expression)) return;
    } catch (e) {
      if (Date.now() + 1000 > end) throw e;
    }
  }
  await picture("failed");
  throw new Error(`not within ${seconds} s: ${what}`);
}

async function picture(name, clip) {
  const { data } = await send("Page.captureScreenshot", clip ? { clip: { ...clip, scale: 1 } } : {});
  writeFileSync(join(folder, `${name}-${theme}.png`), Buffer.from(data, "base64"));
}

const report = { theme };
const check = (name, ok) => {
  report[name] = ok;
  if (!ok) throw new Error(`failed: ${name}`);
};
const click = (selector) => page(`document.querySelector(${JSON.stringify(selector)}).click()`);
const prompts = `[...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].map((p) => p.textContent)`;
const idle = `!${prompts}.some((p) => p.includes("*"))`;

try {
  const begin = Date.now();
  await send("Page.navigate", { url: `${url}&reset` .replace("/lab?", `/lab/tree/${notebook}?`) });
  await until("the lab", `!!window.jupyterapp && !!document.querySelector(".jp-NotebookPanel .jp-CodeCell")`);
  report.opened_ms = Date.now() - begin;
  await page(`jupyterapp.commands.execute("apputils:change-theme", { theme: "JupyterLab ${theme === "dark" ? "Dark" : "Light"}" })`);
  await until("the kernel", `document.querySelector(".jp-NotebookPanel").textContent.length > 0 && !!jupyterapp.shell.currentWidget.sessionContext?.session?.kernel`, 60);
  check("kernel is Loupe", (await page(`document.querySelector(".jp-KernelName, .jp-Toolbar-kernelName").textContent`)).includes("Loupe"));

  await page(`jupyterapp.commands.execute("notebook:run-all-cells")`);
  await until("the first streamed words", `[...document.querySelectorAll(".jp-OutputArea-output")].some((o) => o.textContent.includes("sky"))`);
  report.first_words_ms = Date.now() - begin;
  const asked = Date.now();
  await click('[data-jp-item-name="interrupt"] button, [data-jp-item-name="interrupt"] jp-button, button[data-command="notebook:interrupt-kernel"]');
  await until("the end of what ran", idle, 30);
  report.interrupt_ms = Date.now() - asked;
  const run = await page(prompts);
  check("the cells behind the stopped one did not run", run.some((p) => !/\d/.test(p)));

  await page(`jupyterapp.commands.execute("notebook:run-all-cells")`);
  await sleep(1000);
  await until("all cells", idle, 400);
  check("no cell failed", !(await page(`!!document.querySelector('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]')`)));
  for (const [name, selector] of [["plot", ".jp-OutputArea-output img"], ["table", ".jp-OutputArea-output table"]]) {
    await page(`document.querySelector(${JSON.stringify(selector)}).scrollIntoView({ block: "center" })`);
    await sleep(600);
    check(`a ${name} is visible`, await page(`(() => { const r = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect(); return r.width > 200 && r.height > 20 && r.bottom > 0 && r.top < innerHeight; })()`));
    await picture(name);
  }
  console.log(JSON.stringify(report));
} catch (e) {
  await picture("failed").catch(() => {});
  console.log(JSON.stringify({ ...report, failure: String(e.stack) }));
  process.exitCode = 1;
} finally {
  socket.close();
  browser.kill();
}
