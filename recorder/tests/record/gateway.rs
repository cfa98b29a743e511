//! A real S3 server for the tests of the second copy, and a wire to it that can be cut.
//!
//! What is not here: tests. The server is `tests/store/gateway.sh`; all tests of a run share it, each
//! with a prefix of its own.

use std::net::TcpListener as Probe;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use model::Private;
use recorder::{Store, StoreConfig};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The server is up within this time on a busy machine.
const START: Duration = Duration::from_secs(120);
static GATEWAY: OnceCell<Gateway> = OnceCell::const_new();
static PREFIX: AtomicU64 = AtomicU64::new(0);

/// The server. Its standard input ends with this process, and it with that.
struct Gateway {
    port: u16,
    _child: Child,
    _folder: TempDir,
}

fn free_port() -> u16 {
    let probe = Probe::bind("127.0.0.1:0").expect("a free port");
    probe.local_addr().expect("an address").port()
}

impl Gateway {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (port, monitor) = (free_port(), free_port());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/store/gateway.sh");
        let mut child = Command::new(script)
            .arg(folder.path())
            .args([port.to_string(), monitor.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the script runs");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let line = timeout(START, lines.next_line()).await.expect("in time").expect("readable");
        assert_eq!(
            line.as_deref(),
            Some("ready"),
            "deploy/install.sh tests installs what it needs"
        );
        Self { port, _child: child, _folder: folder }
    }
}

/// Passes everything on.
pub(crate) const WHOLE: u8 = 0;
/// Takes no connection and ends those there are.
pub(crate) const REFUSED: u8 = 1;
/// Takes connections and lets nothing through.
pub(crate) const DEAF: u8 = 2;

/// A wire to the server.
pub(crate) struct Wire {
    mood: Arc<AtomicU8>,
    port: u16,
    bucket: &'static str,
    prefix: u64,
    task: JoinHandle<()>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Wire {
    pub(crate) async fn to(bucket: &'static str) -> Self {
        let server = GATEWAY.get_or_init(Gateway::start).await.port;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let mood = Arc::new(AtomicU8::new(WHOLE));
        let seen = Arc::clone(&mood);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                tokio::spawn(pass(stream, server, Arc::clone(&seen)));
            }
        });
        let prefix = PREFIX.fetch_add(1, Ordering::Relaxed);
        Self { mood, port, bucket, prefix, task }
    }

    pub(crate) fn set(&self, mood: u8) {
        self.mood.store(mood, Ordering::SeqCst);
    }

    pub(crate) fn config(&self) -> StoreConfig {
        StoreConfig {
            place: format!("s3://{}/test-{}", self.bucket, self.prefix),
            endpoint: Some(format!("http://127.0.0.1:{}", self.port)),
            region: "us-east-1".to_owned(),
            access: Some(("court".to_owned(), Private::from("courtsecret"))),
            ..StoreConfig::default()
        }
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.config()).expect("a store")
    }
}

async fn pass(mut stream: TcpStream, server: u16, mood: Arc<AtomicU8>) {
    if mood.load(Ordering::SeqCst) == REFUSED {
        return;
    }
    let Ok(mut other) = TcpStream::connect(("127.0.0.1", server)).await else { return };
    let (mut near_in, mut near_out) = stream.split();
    let (mut far_in, mut far_out) = other.split();
    let (there, back) =
        (copy(&mut near_in, &mut far_out, &mood), copy(&mut far_in, &mut near_out, &mood));
    tokio::select! {
        () = there => {}
        () = back => {}
    }
}

async fn copy(
    from: &mut (impl tokio::io::AsyncRead + Unpin),
    to: &mut (impl tokio::io::AsyncWrite + Unpin),
    mood: &AtomicU8,
) {
    use tokio::io::AsyncReadExt as _;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = from.read(&mut buffer).await.unwrap_or(0);
        while mood.load(Ordering::SeqCst) == DEAF {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        if count == 0 || mood.load(Ordering::SeqCst) == REFUSED {
            return;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
