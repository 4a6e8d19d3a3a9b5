//! A connection as it is on the wire: request heads as received, bytes written,
//! and a hard reset where a fault asks for one.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// What is known of one connection; shared with the requests on it.
#[derive(Debug, Default)]
pub struct Connection {
    /// Number of the connection, from 1.
    pub id: u64,
    /// Bytes given to the kernel so far.
    pub written: AtomicU64,
    /// The connection is to end with RST instead of FIN.
    pub reset: AtomicBool,
    head: Mutex<Head>,
}

/// Bytes since the last request was taken, kept until its head is complete.
#[derive(Debug, Default)]
struct Head {
    bytes: Vec<u8>,
    complete: bool,
}

/// Heads longer than this are refused by hyper anyway.
const HEAD_LIMIT_BYTES: usize = 512 * 1024;

impl Connection {
    /// Connection number `id`, nothing written yet.
    pub fn new(id: u64) -> Self {
        Self {
            id,
            ..Self::default()
        }
    }

    /// The header lines of the current request in order, case kept.
    pub fn take_head(&self) -> Option<Vec<(String, String)>> {
        let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        let text = head
            .complete
            .then(|| String::from_utf8_lossy(&head.bytes).into_owned())?;
        head.bytes.clear();
        let lines = text
            .split("\r\n")
            .skip(1)
            .filter_map(|line| line.split_once(':'));
        Some(
            lines
                .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
                .collect(),
        )
    }

    /// From now on, received bytes belong to the next request.
    pub fn expect_next_head(&self) {
        let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        *head = Head::default();
    }

    fn observe(&self, bytes: &[u8]) {
        let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        if head.complete || head.bytes.len() > HEAD_LIMIT_BYTES {
            return;
        }
        let from = head.bytes.len().saturating_sub(3);
        head.bytes.extend_from_slice(bytes);
        let end = head
            .bytes
            .get(from..)
            .and_then(|fresh| fresh.windows(4).position(|window| window == b"\r\n\r\n"));
        if let Some(end) = end {
            head.bytes.truncate(from + end);
            head.complete = true;
        }
    }
}

/// The socket with its observer.
pub struct Tap {
    stream: TcpStream,
    connection: Arc<Connection>,
}

impl Tap {
    /// Observes `stream`.
    pub fn new(stream: TcpStream, connection: Arc<Connection>) -> Self {
        Self { stream, connection }
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        if self.connection.reset.load(Ordering::Relaxed) {
            // Closing with a linger time of zero sends RST. If it fails the client sees FIN.
            let _ = socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        }
    }
}

impl AsyncRead for Tap {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Some(fresh) = buffer.filled().get(before..) {
            self.connection.observe(fresh);
        }
        result
    }
}

impl AsyncWrite for Tap {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        if let Poll::Ready(Ok(count)) = result {
            self.connection
                .written
                .fetch_add(count as u64, Ordering::Relaxed);
        }
        result
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        if let Poll::Ready(Ok(count)) = result {
            self.connection
                .written
                .fetch_add(count as u64, Ordering::Relaxed);
        }
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
