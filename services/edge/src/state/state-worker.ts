import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { asFailure, Database, readOnlyRows } from "./database.ts";
import { isUnreadable } from "./file.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

/** The thread that waits for the disk, so that no frame has to. */
function serve(port: MessagePort, directory: string): void {
  const send = (message: FromWorker) => port.postMessage(message);
  let database: Database | undefined;

  const open = () => {
    database = new Database(directory, Date.now());
    send({ kind: "opened", rows: database.rows(), aside: database.aside });
  };
  const attempt = (work: () => void, fallback: typeof readOnlyRows) => {
    try {
      work();
    } catch (error) {
      const { code, message } = asFailure(error, directory);
      if (isUnreadable(error)) leave();
      send({ kind: "failed", code, message, rows: fallback(directory) });
    }
  };
  const leave = () => {
    database?.close();
    database = undefined;
  };

  port.on("message", (message: ToWorker) => {
    if (message.kind === "close") {
      attempt(leave, () => []);
      return port.close();
    }
    attempt(
      () => {
        if (!database) open();
        database!.write(message.rows, message.aside);
        send({ kind: "written" });
      },
      () => [],
    );
  });
  attempt(open, readOnlyRows);
}

serve(parentPort!, workerData as string);
