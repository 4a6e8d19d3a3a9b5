// Methods that are made of several calls: waiting for jobs, files to vector stores, large uploads in parts.

import { APIConnectionTimeoutError, APIUserAbortError, InvalidOptionError } from "./errors.js";
import { describe } from "./json.js";

const POLL_MS = 5_000;
const MAX_WAIT_MS = 30 * 60_000;
/** The largest part that OpenAI takes. */
const MAX_PART_BYTES = 64 * 1024 * 1024;

/** Waits, or rejects as soon as the signal aborts. */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer);
      reject(new APIUserAbortError({ cause: signal.reason }));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", leave);
      resolve();
    }, ms);
    if (signal?.aborted) leave();
    else signal?.addEventListener("abort", leave, { once: true });
  });
}

/** Asks again until the status is another one than `in_progress`. */
async function poll(retrieve, { pollIntervalMs, ...options } = {}) {
  for (;;) {
    const { data, response } = await retrieve(options).withResponse();
    if (data.status !== "in_progress") return data;
    const told = Number(response.headers.get("openai-poll-after-ms"));
    await pause(pollIntervalMs ?? (told > 0 ? told : POLL_MS), options.signal);
  }
}

const call = ({ pollIntervalMs, maxConcurrency, ...options } = {}) => options;

/** The methods of files of vector stores, and of batches of them. */
export const composed = {
  async "files.waitForProcessing"(client, id, options = {}) {
    const { pollInterval = POLL_MS, maxWait = MAX_WAIT_MS, ...own } = options;
    const begun = performance.now();
    for (;;) {
      const file = await client.files.retrieve(id, own);
      if (["processed", "error", "deleted"].includes(file.status)) return file;
      if (performance.now() - begun > maxWait)
        throw new APIConnectionTimeoutError({
          message: `Giving up on waiting for file ${id} to finish processing after ${maxWait} milliseconds.`,
        });
      await pause(pollInterval, own.signal);
    }
  },

  "vectorStores.files.poll": ({ vectorStores: { files } }, store, id, options) =>
    poll((own) => files.retrieve(id, { vector_store_id: store }, own), options),
  async "vectorStores.files.createAndPoll"({ vectorStores: { files } }, store, body, options) {
    const { id } = await files.create(store, body, call(options));
    return files.poll(store, id, options);
  },
  async "vectorStores.files.upload"(client, store, file, options) {
    const { id } = await client.files.create({ file, purpose: "assistants" }, call(options));
    return client.vectorStores.files.create(store, { file_id: id }, call(options));
  },
  async "vectorStores.files.uploadAndPoll"({ vectorStores: { files } }, store, file, options) {
    const { id } = await files.upload(store, file, options);
    return files.poll(store, id, options);
  },

  "vectorStores.fileBatches.poll": ({ vectorStores: { fileBatches } }, store, id, options) =>
    poll((own) => fileBatches.retrieve(id, { vector_store_id: store }, own), options),
  async "vectorStores.fileBatches.createAndPoll"({ vectorStores }, store, body, options) {
    const { id } = await vectorStores.fileBatches.create(store, body, call(options));
    return vectorStores.fileBatches.poll(store, id, options);
  },
  async "vectorStores.fileBatches.uploadAndPoll"(client, store, { files, fileIds = [] }, options) {
    if (!Array.isArray(files) || files.length === 0)
      throw new InvalidOptionError("files", "must be an array of at least one file");
    const { maxConcurrency = 5 } = options ?? {};
    if (!(maxConcurrency > 0)) throw new InvalidOptionError("maxConcurrency", "must be above 0");
    const ids = [...fileIds];
    const waiting = files.values();
    const work = async () => {
      for (const file of waiting)
        ids.push((await client.files.create({ file, purpose: "assistants" }, call(options))).id);
    };
    const workers = Array.from({ length: Math.min(maxConcurrency, files.length) }, work);
    for (const { reason } of await Promise.allSettled(workers)) if (reason) throw reason;
    const { fileBatches } = client.vectorStores;
    return fileBatches.createAndPoll(store, { file_ids: ids }, options);
  },

  /**
   * Uploads a file in parts, in order. If a part fails after its retries, or the caller aborts, the upload
   * is cancelled on the server.
   */
  async "uploads.uploadFileChunked"(client, params, options = {}) {
    const { file, purpose, mime_type, filename = file?.name, partSize, ...more } = params ?? {};
    if (typeof file?.slice !== "function" || typeof file.size !== "number")
      throw new InvalidOptionError("file", `must be a File or Blob, not ${describe(file)}`);
    if (!filename) throw new InvalidOptionError("filename", "is required for a Blob");
    const size = partSize ?? MAX_PART_BYTES;
    if (!Number.isSafeInteger(size) || size < 1 || size > MAX_PART_BYTES)
      throw new InvalidOptionError("partSize", `must be from 1 to ${MAX_PART_BYTES} bytes`);
    const upload = await client.uploads.create(
      { ...more, filename, purpose, bytes: file.size, mime_type: mime_type ?? file.type },
      options,
    );
    const part_ids = [];
    try {
      for (let from = 0; from < file.size; from += size) {
        const data = new File([file.slice(from, from + size)], "part");
        part_ids.push((await client.uploads.parts.create(upload.id, { data }, options)).id);
      }
      return await client.uploads.complete(upload.id, { part_ids }, options);
    } catch (error) {
      // The caller's signal may have ended the call before: the server should know.
      await client.uploads.cancel(upload.id).catch(() => {});
      throw error;
    }
  },
};
