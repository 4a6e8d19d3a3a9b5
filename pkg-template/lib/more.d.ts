// Methods that are loaded with their first call: lib/endpoints.js and lib/compose.js. Objects name the members
// that code commonly reads; what else a server sends is there too, as `unknown`.

import type { APIPromise, PagePromise, RequestOptions, WithRequestId } from "./api.js";
import type { FileObject, SpeechCreateParams } from "../types.d.ts";

type Answer<T> = APIPromise<T & WithRequestId>;

/** What a server sends beyond the members that are named. */
interface Open {
  [member: string]: unknown;
}

/** How lists are cut into pages. */
export interface ListParams {
  after?: string | undefined;
  limit?: number | undefined;
  order?: "asc" | "desc" | undefined;
}

export interface Deleted extends Open {
  id: string;
  deleted: boolean;
}

type Metadata = Record<string, string> | null;

export interface Speech {
  /** The response, its body unread: the sound's bytes, or events with `stream_format: "sse"`, which
   * `decodeEventStream` reads. */
  create(params: SpeechCreateParams, options?: RequestOptions): APIPromise<Response>;
}

export interface Batch extends Open {
  id: string;
  object: "batch";
  status:
    | "validating"
    | "failed"
    | "in_progress"
    | "finalizing"
    | "completed"
    | "expired"
    | "cancelling"
    | "cancelled"
    | (string & {});
  endpoint: string;
  input_file_id: string;
  completion_window: string;
  created_at: number;
  output_file_id?: string | null | undefined;
  error_file_id?: string | null | undefined;
  request_counts?: { total: number; completed: number; failed: number } | undefined;
  metadata?: Metadata | undefined;
}
export interface BatchCreateParams {
  input_file_id: string;
  endpoint: string;
  completion_window: "24h";
  metadata?: Metadata | undefined;
}
export interface Batches {
  create(params: BatchCreateParams, options?: RequestOptions): Answer<Batch>;
  retrieve(batchId: string, options?: RequestOptions): Answer<Batch>;
  list(query?: ListParams | null, options?: RequestOptions): PagePromise<Batch>;
  cancel(batchId: string, options?: RequestOptions): Answer<Batch>;
}

export interface Upload extends Open {
  id: string;
  object: "upload";
  status: "pending" | "completed" | "cancelled" | "expired" | (string & {});
  bytes: number;
  filename: string;
  purpose: string;
  created_at: number;
  expires_at: number;
  file?: FileObject | null | undefined;
}
export interface UploadPart extends Open {
  id: string;
  upload_id: string;
  created_at: number;
}
export interface UploadCreateParams {
  bytes: number;
  filename: string;
  mime_type: string;
  purpose: string;
}
export interface UploadFileChunkedParams {
  file: Blob;
  purpose: string;
  /** By default the file's; a Blob has none. */
  filename?: string | undefined;
  /** By default the file's. */
  mime_type?: string | undefined;
  /** Bytes of a part, at most 64 MiB, which is the default. */
  partSize?: number | undefined;
}
export interface Uploads {
  create(params: UploadCreateParams, options?: RequestOptions): Answer<Upload>;
  cancel(uploadId: string, options?: RequestOptions): Answer<Upload>;
  complete(
    uploadId: string,
    params: { part_ids: string[]; md5?: string | undefined },
    options?: RequestOptions,
  ): Answer<Upload>;
  readonly parts: {
    create(uploadId: string, params: { data: Blob }, options?: RequestOptions): Answer<UploadPart>;
  };
  /**
   * Creates an upload, sends the file in parts, in order, and completes it. If a part fails after its
   * retries, or the call is aborted, the upload is cancelled on the server.
   */
  uploadFileChunked(params: UploadFileChunkedParams, options?: RequestOptions): Promise<Upload>;
}

export interface FineTuningJob extends Open {
  id: string;
  object: "fine_tuning.job";
  model: string;
  status:
    | "validating_files"
    | "queued"
    | "running"
    | "paused"
    | "succeeded"
    | "failed"
    | "cancelled"
    | (string & {});
  created_at: number;
  fine_tuned_model: string | null;
  training_file: string;
  error?: { code: string; message: string; param: string | null } | null | undefined;
}
export interface FineTuningJobEvent extends Open {
  id: string;
  level: "info" | "warn" | "error" | (string & {});
  message: string;
  created_at: number;
}
export interface FineTuningJobCheckpoint extends Open {
  id: string;
  fine_tuned_model_checkpoint: string;
  step_number: number;
}
export interface FineTuningJobCreateParams {
  model: string;
  training_file: string;
  validation_file?: string | null | undefined;
  suffix?: string | null | undefined;
  seed?: number | null | undefined;
  metadata?: Metadata | undefined;
}
export interface FineTuning {
  readonly jobs: {
    create(params: FineTuningJobCreateParams, options?: RequestOptions): Answer<FineTuningJob>;
    retrieve(jobId: string, options?: RequestOptions): Answer<FineTuningJob>;
    list(query?: ListParams | null, options?: RequestOptions): PagePromise<FineTuningJob>;
    cancel(jobId: string, options?: RequestOptions): Answer<FineTuningJob>;
    pause(jobId: string, options?: RequestOptions): Answer<FineTuningJob>;
    resume(jobId: string, options?: RequestOptions): Answer<FineTuningJob>;
    listEvents(
      jobId: string,
      query?: ListParams | null,
      options?: RequestOptions,
    ): PagePromise<FineTuningJobEvent>;
    readonly checkpoints: {
      list(
        jobId: string,
        query?: ListParams | null,
        options?: RequestOptions,
      ): PagePromise<FineTuningJobCheckpoint>;
    };
  };
}

type Progress = "in_progress" | "completed" | "failed" | "cancelled" | (string & {});
interface FileCounts {
  in_progress: number;
  completed: number;
  failed: number;
  cancelled: number;
  total: number;
}
export interface VectorStore extends Open {
  id: string;
  object: "vector_store";
  name: string;
  status: "expired" | "in_progress" | "completed" | (string & {});
  file_counts: FileCounts;
  usage_bytes: number;
  created_at: number;
  metadata: Metadata;
}
export interface VectorStoreFile extends Open {
  id: string;
  object: "vector_store.file";
  vector_store_id: string;
  status: Progress;
  last_error: { code: string; message: string } | null;
  usage_bytes: number;
}
export interface VectorStoreFileBatch extends Open {
  id: string;
  object: "vector_store.files_batch" | (string & {});
  vector_store_id: string;
  status: Progress;
  file_counts: FileCounts;
}
export interface VectorStoreSearchResult extends Open {
  file_id: string;
  filename: string;
  score: number;
  content: Array<{ type: "text"; text: string }>;
}
export interface VectorStoreParams {
  name?: string | null | undefined;
  file_ids?: string[] | undefined;
  metadata?: Metadata | undefined;
}
interface InStore extends Open {
  vector_store_id: string;
}
/** How often the server is asked; by default as often as it says, else every 5,000 ms. */
export interface PollOptions extends RequestOptions {
  pollIntervalMs?: number | undefined;
}
export interface VectorStoreFiles {
  create(
    vectorStoreId: string,
    params: { file_id: string } & Open,
    options?: RequestOptions,
  ): Answer<VectorStoreFile>;
  retrieve(fileId: string, params: InStore, options?: RequestOptions): Answer<VectorStoreFile>;
  update(
    fileId: string,
    params: InStore & { attributes: Record<string, string | number | boolean> | null },
    options?: RequestOptions,
  ): Answer<VectorStoreFile>;
  list(
    vectorStoreId: string,
    query?: ListParams | null,
    options?: RequestOptions,
  ): PagePromise<VectorStoreFile>;
  delete(fileId: string, params: InStore, options?: RequestOptions): Answer<Deleted>;
  content(
    fileId: string,
    params: InStore,
    options?: RequestOptions,
  ): PagePromise<{ type?: string | undefined; text?: string | undefined }>;
  /** Waits until the file is processed, whether it failed or not: see `status` and `last_error`. */
  poll(vectorStoreId: string, fileId: string, options?: PollOptions): Promise<VectorStoreFile>;
  createAndPoll(
    vectorStoreId: string,
    params: { file_id: string } & Open,
    options?: PollOptions,
  ): Promise<VectorStoreFile>;
  upload(vectorStoreId: string, file: Blob, options?: RequestOptions): Promise<VectorStoreFile>;
  uploadAndPoll(vectorStoreId: string, file: Blob, options?: PollOptions): Promise<VectorStoreFile>;
}
export interface VectorStoreFileBatches {
  create(
    vectorStoreId: string,
    params: { file_ids?: string[] | undefined } & Open,
    options?: RequestOptions,
  ): Answer<VectorStoreFileBatch>;
  retrieve(
    batchId: string,
    params: InStore,
    options?: RequestOptions,
  ): Answer<VectorStoreFileBatch>;
  cancel(batchId: string, params: InStore, options?: RequestOptions): Answer<VectorStoreFileBatch>;
  listFiles(
    batchId: string,
    params: InStore & ListParams,
    options?: RequestOptions,
  ): PagePromise<VectorStoreFile>;
  poll(
    vectorStoreId: string,
    batchId: string,
    options?: PollOptions,
  ): Promise<VectorStoreFileBatch>;
  createAndPoll(
    vectorStoreId: string,
    params: { file_ids?: string[] | undefined } & Open,
    options?: PollOptions,
  ): Promise<VectorStoreFileBatch>;
  uploadAndPoll(
    vectorStoreId: string,
    params: { files: Blob[]; fileIds?: string[] | undefined },
    options?: PollOptions & { maxConcurrency?: number | undefined },
  ): Promise<VectorStoreFileBatch>;
}
export interface VectorStores {
  create(params: VectorStoreParams, options?: RequestOptions): Answer<VectorStore>;
  retrieve(vectorStoreId: string, options?: RequestOptions): Answer<VectorStore>;
  update(
    vectorStoreId: string,
    params: VectorStoreParams,
    options?: RequestOptions,
  ): Answer<VectorStore>;
  list(query?: ListParams | null, options?: RequestOptions): PagePromise<VectorStore>;
  delete(vectorStoreId: string, options?: RequestOptions): Answer<Deleted>;
  search(
    vectorStoreId: string,
    params: { query: string | string[] } & Open,
    options?: RequestOptions,
  ): PagePromise<VectorStoreSearchResult>;
  readonly files: VectorStoreFiles;
  readonly fileBatches: VectorStoreFileBatches;
}

export interface Container extends Open {
  id: string;
  object: string;
  name: string;
  status: string;
  created_at: number;
}
export interface ContainerFile extends Open {
  id: string;
  container_id: string;
  path: string;
  bytes: number | null;
  source: string;
}
interface InContainer {
  container_id: string;
}
export interface Containers {
  create(
    params: { name: string; file_ids?: string[] | undefined } & Open,
    options?: RequestOptions,
  ): Answer<Container>;
  retrieve(containerId: string, options?: RequestOptions): Answer<Container>;
  list(query?: ListParams | null, options?: RequestOptions): PagePromise<Container>;
  delete(containerId: string, options?: RequestOptions): APIPromise<unknown>;
  readonly files: {
    create(
      containerId: string,
      params: { file: Blob } | { file_id: string },
      options?: RequestOptions,
    ): Answer<ContainerFile>;
    retrieve(fileId: string, params: InContainer, options?: RequestOptions): Answer<ContainerFile>;
    list(
      containerId: string,
      query?: ListParams | null,
      options?: RequestOptions,
    ): PagePromise<ContainerFile>;
    delete(fileId: string, params: InContainer, options?: RequestOptions): APIPromise<unknown>;
    readonly content: {
      /** The response, its body unread. */
      retrieve(fileId: string, params: InContainer, options?: RequestOptions): APIPromise<Response>;
    };
  };
}

// biome-ignore lint/complexity/noUselessEmptyExport: without it all that stands here is exported.
export {};
