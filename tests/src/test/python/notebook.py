"""A notebook without a browser: runs cells in a kernel and keeps what a reader would see."""

import time
from queue import Empty

from jupyter_client.manager import KernelManager


class Cell:
    """What one cell showed. An output that was updated in place counts once, as it stands in the end."""

    def __init__(self):
        self.status = None
        self.displays = []
        self.updates = []
        self.result = None
        self.streams = ""
        self.error = None
        self.messages = 0
        self.seconds = 0.0

    @property
    def text(self):
        """All plain text, in the order shown."""
        return "\n".join(output["data"].get("text/plain", "") for output in self.displays) + self.streams

    @property
    def pictures(self):
        return [output for output in self.displays if "image/png" in output["data"]]


class Notebook:
    def __init__(self, kernel):
        self.manager = KernelManager(kernel_name=kernel)
        self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        self.by_id = {}

    def run(self, code, interrupt_when=None, timeout=300):
        """Runs a cell to its end; interrupts it once when ``interrupt_when(cell)`` holds."""
        cell = Cell()
        start = time.monotonic()
        request = self.client.execute(code)
        idle = replied = interrupted = False
        while not (idle and replied):
            if time.monotonic() - start > timeout:
                raise TimeoutError(f"a cell ran longer than {timeout} s: {code}")
            if interrupt_when and not interrupted and interrupt_when(cell):
                interrupted = True
                cell.interrupted_at = time.monotonic()
                self.manager.interrupt_kernel()
            try:
                message = self.client.get_iopub_msg(timeout=0.02)
                idle |= self.show(message, request, cell)
            except Empty:
                pass
            try:
                reply = self.client.get_shell_msg(timeout=0.001)
                if reply["parent_header"].get("msg_id") == request:
                    replied = True
                    cell.status = reply["content"]["status"]
                    cell.replied_at = time.monotonic()
            except Empty:
                pass
        cell.seconds = time.monotonic() - start
        return cell

    def show(self, message, request, cell):
        """Adds a message to its cell; returns whether it says that the cell has ended."""
        if message["parent_header"].get("msg_id") != request:
            return False
        kind, content = message["msg_type"], message["content"]
        cell.messages += kind != "status"
        if kind == "stream":
            cell.streams += content["text"]
        elif kind == "display_data":
            cell.displays.append(content)
            self.by_id[content.get("transient", {}).get("display_id")] = content
        elif kind == "update_display_data":
            self.by_id[content["transient"]["display_id"]]["data"] = content["data"]
            cell.updates.append(content["data"])
        elif kind == "execute_result":
            cell.result = content
        elif kind == "error":
            cell.error = content
        return kind == "status" and content["execution_state"] == "idle"

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
