//! A client for OpenAI-compatible APIs at the edge.
