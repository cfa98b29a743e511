//! The press: PDF is made by this program again, in a process of its own with its own memory, work
//! and time, because it reads fonts and lays out what anybody may have typed.
//!
//! What is not here: what that process does (`assize press`).

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::papers::{Paper, json};
use model::limits::{
    PAPER_BYTES_MAX, PAPER_PDF_BYTES_MAX, PRESS_MEMORY_BYTES, PRESS_QUEUE_MAX, PRESS_WAIT,
    PRESS_WORK_SECONDS, PRESSES_MAX,
};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// What the press ends with when it has no font to print with.
pub const NO_FONT: i32 = 3;
/// Bytes of what it says when it fails.
const LAST_WORDS_BYTES: u64 = 1_024;

/// Why nothing was printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PressFault {
    /// Too many documents wait already.
    #[error("too many documents wait for the press")]
    Full,
    /// There is no font to print with.
    #[error("{0}")]
    Font(String),
    /// The press could not be run, took too long or failed.
    #[error("{0}")]
    Failed(String),
}

/// The press, and the queue before it.
#[derive(Clone, Debug)]
pub(crate) struct Press {
    /// The program and its first arguments; the document goes in as JSON and comes out as PDF.
    program: Arc<[PathBuf]>,
    /// How long one document may take.
    wait: Duration,
    waiting: Arc<Semaphore>,
    printing: Arc<Semaphore>,
}

impl Press {
    pub(crate) fn new(program: Vec<PathBuf>) -> Self {
        Self {
            program: program.into(),
            wait: PRESS_WAIT,
            waiting: Arc::new(Semaphore::new(PRESSES_MAX + PRESS_QUEUE_MAX)),
            printing: Arc::new(Semaphore::new(PRESSES_MAX)),
        }
    }

    /// Prints a document.
    pub(crate) async fn print(&self, paper: &Paper) -> Result<Vec<u8>, PressFault> {
        let data = json(paper).into_bytes();
        if data.len() > PAPER_BYTES_MAX {
            return Err(PressFault::Failed("the document is too large".to_owned()));
        }
        let place = self.waiting.try_acquire().map_err(|_| PressFault::Full)?;
        let turn = self.printing.acquire().await.map_err(|_| PressFault::Full)?;
        let running: Arc<Mutex<Option<Child>>> = Arc::default();
        let (program, child) = (Arc::clone(&self.program), Arc::clone(&running));
        let work = tokio::task::spawn_blocking(move || run(&program, &child, &data));
        let done = timeout(self.wait, work).await;
        drop((turn, place));
        match done {
            Ok(Ok(done)) => done,
            Ok(Err(fault)) => Err(PressFault::Failed(fault.to_string())),
            Err(_) => {
                // Its pipes end with it, and so does the thread that reads them.
                let mut running = running.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(child) = running.as_mut()
                    && let Err(fault) = child.kill()
                {
                    tracing::error!(%fault, "a press that takes too long cannot be ended");
                }
                Err(PressFault::Failed("the press took too long".to_owned()))
            }
        }
    }
}

fn run(
    program: &[PathBuf],
    running: &Mutex<Option<Child>>,
    data: &[u8],
) -> Result<Vec<u8>, PressFault> {
    let failed = |fault: std::io::Error| PressFault::Failed(fault.to_string());
    let mut child = Command::new("prlimit")
        .arg(format!("--as={PRESS_MEMORY_BYTES}"))
        .arg(format!("--cpu={PRESS_WORK_SECONDS}"))
        .args(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|fault| PressFault::Failed(format!("prlimit: {fault}")))?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let hold = |child| *running.lock().unwrap_or_else(PoisonError::into_inner) = child;
    hold(Some(child));
    let (Some(mut input), Some(output), Some(words)) = pipes else {
        return Err(PressFault::Failed("the press has no pipes".to_owned()));
    };
    // A press that fails early does not read to the end; what it says tells why.
    let fed = input.write_all(data);
    drop(input);
    let most = u64::try_from(PAPER_PDF_BYTES_MAX).unwrap_or(u64::MAX);
    let mut made = Vec::new();
    output.take(most + 1).read_to_end(&mut made).map_err(failed)?;
    let mut said = String::new();
    words.take(LAST_WORDS_BYTES).read_to_string(&mut said).map_err(failed)?;
    let child = running.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(mut child) = child else {
        return Err(PressFault::Failed("the press is gone".to_owned()));
    };
    let status = child.wait().map_err(failed)?;
    let said = said.lines().next().unwrap_or_default().to_owned();
    if status.code() == Some(NO_FONT) {
        return Err(PressFault::Font(said));
    }
    if !status.success() {
        return Err(PressFault::Failed(format!("{status} {said}")));
    }
    fed.map_err(failed)?;
    if made.len() > PAPER_PDF_BYTES_MAX {
        return Err(PressFault::Failed("the PDF is too large".to_owned()));
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::papers::samples;

    /// A press that is a shell command.
    fn press(command: &str) -> Press {
        Press::new(vec!["sh".into(), "-c".into(), command.into()])
    }

    #[tokio::test]
    async fn what_the_press_says_is_told() {
        let paper = samples::agreement();
        let made = press("cat > /dev/null; printf %%PDF").print(&paper).await;
        assert_eq!(made.unwrap(), b"%PDF");
        let fault = press("echo no font >&2; exit 3").print(&paper).await.unwrap_err();
        assert_eq!(fault, PressFault::Font("no font".to_owned()));
        let fault = press("exit 1").print(&paper).await.unwrap_err();
        assert!(matches!(fault, PressFault::Failed(_)), "{fault:?}");
        let none = Press::new(vec!["/does/not/exist".into()]).print(&paper).await;
        assert!(matches!(none, Err(PressFault::Failed(_))), "{none:?}");
    }

    #[tokio::test]
    async fn a_press_that_hangs_is_ended() {
        let press = Press { wait: Duration::from_millis(50), ..press("exec sleep 600") };
        let fault = press.print(&samples::agreement()).await.unwrap_err();
        assert_eq!(fault, PressFault::Failed("the press took too long".to_owned()));
    }

    #[tokio::test]
    async fn one_document_more_than_may_wait_is_refused() {
        let press = press("cat > /dev/null");
        let held =
            press.waiting.acquire_many(u32::try_from(PRESSES_MAX + PRESS_QUEUE_MAX).unwrap());
        let held = held.await.unwrap();
        assert_eq!(press.print(&samples::agreement()).await, Err(PressFault::Full));
        drop(held);
        assert!(press.print(&samples::agreement()).await.is_ok());
    }
}
