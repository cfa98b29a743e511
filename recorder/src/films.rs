//! The queue of films: one at a time, each made by a process of its own with low priority, so that
//! no film slows a hearing and none can bring the server down.
//!
//! What is not here: making a film (`film_maker`); the process runs that.

use core::ops::Range;
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use model::archive::ArchiveFault;
use model::films::{FilmFile, FilmRefusal, FilmState, FilmTimes, Films};
use model::limits::{ARCHIVE_READ_MAX, FILMS_QUEUED_MAX};
use model::{HearingId, Timestamp};
use record::ledger::LEDGER_FILE;
use record::seal::SEAL_FILE;

use crate::RecorderFault;
use crate::film_maker::planned;
use crate::folder::doing;

/// Address space of each process that makes a film, bytes: what a broken record may cost at most.
const MEMORY_MAX: u64 = 6 * 1024 * 1024 * 1024;
/// Failures remembered; the oldest are forgotten.
const FAILURES_MAX: usize = 100;
/// Bytes of a failed process's last words.
const LAST_WORDS_BYTES: u64 = 2_000;

/// Where films are kept and how they are made.
#[derive(Clone, Debug)]
pub struct FilmsConfig {
    /// The archive.
    pub archive: PathBuf,
    /// The folder of finished films.
    pub films: PathBuf,
    /// The program and its first arguments; the hearing's folder, `--out` and the film follow. It
    /// prints how much is done, in thousandths, a number a line.
    pub program: Vec<PathBuf>,
}

/// The makers of films of one archive.
#[derive(Debug)]
pub struct FilmShop {
    config: FilmsConfig,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    woken: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<HearingId>,
    making: Option<Making>,
    failed: BTreeMap<HearingId, String>,
    closed: bool,
}

#[derive(Debug)]
struct Making {
    hearing: HearingId,
    thousandths: u32,
    cancelled: bool,
    child: Option<Child>,
}

impl FilmShop {
    /// Opens the shop: the folder is made, half films of an earlier run are removed, and one
    /// thread begins to wait for orders.
    ///
    /// # Errors
    /// When the folder cannot be made or read, or the system gives no thread.
    pub fn open(config: FilmsConfig) -> Result<Self, RecorderFault> {
        let films = &config.films;
        std::fs::create_dir_all(films).map_err(doing("make", films))?;
        for entry in std::fs::read_dir(films).map_err(doing("list", films))? {
            let path = entry.map_err(doing("list", films))?.path();
            if path.extension().is_some_and(|ending| ending == "part" || ending == "chapters") {
                std::fs::remove_file(&path).map_err(doing("remove", &path))?;
            }
        }
        let shared = Arc::new(Shared::default());
        let (own, at) = (Arc::clone(&shared), config.clone());
        std::thread::Builder::new()
            .name("films".to_owned())
            .spawn(move || work(&own, &at))
            .map_err(doing("begin the maker of", films))?;
        Ok(Self { config, shared })
    }

    fn file(&self, hearing: HearingId, file: FilmFile) -> PathBuf {
        place(&self.config.films, hearing, file)
    }
}

impl Drop for FilmShop {
    fn drop(&mut self) {
        let mut queue = self.shared.queue();
        queue.closed = true;
        queue.end_child();
        self.shared.woken.notify_all();
    }
}

fn place(films: &Path, hearing: HearingId, file: FilmFile) -> PathBuf {
    let ending = match file {
        FilmFile::Film => "mp4",
        FilmFile::Sound => "m4a",
    };
    films.join(format!("{hearing}.{ending}"))
}

impl Shared {
    /// What a panicking maker left behind is a queue still.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn end_child(&mut self) {
        let Some(child) = self.making.as_mut().and_then(|making| making.child.as_mut()) else {
            return;
        };
        if let Err(fault) = child.kill() {
            tracing::debug!(%fault, "the maker of a film was gone");
        }
    }
}

impl Films for FilmShop {
    fn state(&self, hearing: HearingId) -> FilmState {
        let queue = self.shared.queue();
        if let Some(making) = queue.making.as_ref().filter(|making| making.hearing == hearing) {
            return FilmState::Making { thousandths: making.thousandths };
        }
        if let Some(at) = queue.waiting.iter().position(|waiting| *waiting == hearing) {
            let ahead = at + usize::from(queue.making.is_some());
            return FilmState::Queued { ahead: u32::try_from(ahead).unwrap_or(u32::MAX) };
        }
        let failed = queue.failed.get(&hearing).cloned();
        drop(queue);
        let found = |file| std::fs::metadata(self.file(hearing, file));
        match (found(FilmFile::Film), found(FilmFile::Sound), failed) {
            (Ok(film), Ok(sound), _) => {
                let made =
                    film.modified().ok().and_then(|made| made.duration_since(UNIX_EPOCH).ok());
                let ms = made.and_then(|made| i64::try_from(made.as_millis()).ok());
                FilmState::Ready {
                    bytes: film.len(),
                    sound_bytes: sound.len(),
                    made_at: Timestamp(ms.unwrap_or_default()),
                }
            }
            (_, _, Some(why)) => FilmState::Failed { why },
            (_, _, None) => FilmState::None,
        }
    }

    fn order(&self, hearing: HearingId) -> Result<FilmState, FilmRefusal> {
        let folder = self.config.archive.join(hearing.to_string());
        if !folder.join(LEDGER_FILE).exists() {
            return Err(FilmRefusal::NotFound);
        }
        if !folder.join(SEAL_FILE).exists() {
            return Err(FilmRefusal::NotSealed);
        }
        if let found @ (FilmState::Queued { .. }
        | FilmState::Making { .. }
        | FilmState::Ready { .. }) = self.state(hearing)
        {
            return Ok(found);
        }
        let mut queue = self.shared.queue();
        if queue.waiting.len() >= FILMS_QUEUED_MAX {
            return Err(FilmRefusal::Full);
        }
        queue.failed.remove(&hearing);
        if !queue.waiting.contains(&hearing) {
            queue.waiting.push_back(hearing);
        }
        self.shared.woken.notify_all();
        drop(queue);
        Ok(self.state(hearing))
    }

    fn cancel(&self, hearing: HearingId) {
        let mut queue = self.shared.queue();
        queue.waiting.retain(|waiting| *waiting != hearing);
        if let Some(making) = queue.making.as_mut().filter(|making| making.hearing == hearing) {
            making.cancelled = true;
            queue.end_child();
        }
    }

    fn forget(&self, hearing: HearingId) -> Result<(), ArchiveFault> {
        self.cancel(hearing);
        for file in [FilmFile::Film, FilmFile::Sound] {
            let path = self.file(hearing, file);
            match std::fs::remove_file(&path) {
                Ok(()) => {}
                Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
                Err(fault) => return Err(doing("delete", &path)(fault).into()),
            }
        }
        Ok(())
    }

    fn times(&self, hearing: HearingId) -> Result<FilmTimes, ArchiveFault> {
        let folder = self.config.archive.join(hearing.to_string());
        if !folder.join(LEDGER_FILE).exists() {
            return Err(ArchiveFault::NotFound);
        }
        let planned = planned(&folder)?.ok_or(ArchiveFault::NotFound)?;
        Ok(planned.0.times())
    }

    fn read(
        &self,
        hearing: HearingId,
        file: FilmFile,
        range: Range<u64>,
    ) -> Result<Vec<u8>, ArchiveFault> {
        let path = self.file(hearing, file);
        let opened = match File::open(&path) {
            Ok(opened) => opened,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                return Err(ArchiveFault::NotFound);
            }
            Err(fault) => return Err(doing("open", &path)(fault).into()),
        };
        let bytes = opened.metadata().map_err(doing("look at", &path))?.len();
        let end = range.end.min(bytes).min(range.start.saturating_add(ARCHIVE_READ_MAX));
        let length = usize::try_from(end.saturating_sub(range.start)).unwrap_or(0);
        let mut into = vec![0; length];
        opened.read_exact_at(&mut into, range.start).map_err(doing("read", &path))?;
        Ok(into)
    }
}

/// Makes one film after the other until the shop closes.
fn work(shared: &Shared, config: &FilmsConfig) {
    loop {
        let hearing = {
            let mut queue = shared.queue();
            loop {
                if queue.closed {
                    return;
                }
                if let Some(hearing) = queue.waiting.pop_front() {
                    let (thousandths, cancelled, child) = (0, false, None);
                    queue.making = Some(Making { hearing, thousandths, cancelled, child });
                    break hearing;
                }
                queue = shared.woken.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
        };
        let made = make(shared, config, hearing);
        let mut queue = shared.queue();
        let cancelled = queue.making.take().is_some_and(|making| making.cancelled);
        match made {
            Ok(()) => {}
            Err(_) if cancelled || queue.closed => {}
            Err(why) => {
                tracing::error!(hearing = hearing.0, why, "a film could not be made");
                if queue.failed.len() >= FAILURES_MAX {
                    queue.failed.pop_first();
                }
                queue.failed.insert(hearing, why);
            }
        }
    }
}

fn make(shared: &Shared, config: &FilmsConfig, hearing: HearingId) -> Result<(), String> {
    let film = place(&config.films, hearing, FilmFile::Film);
    let mut child = Command::new("nice")
        .args(["-n", "15", "prlimit", &format!("--as={MEMORY_MAX}")])
        .args(&config.program)
        .arg(config.archive.join(hearing.to_string()))
        .arg("--out")
        .arg(&film)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|fault| format!("nice: {fault}"))?;
    let (output, words) = (child.stdout.take(), child.stderr.take());
    {
        let mut queue = shared.queue();
        if let Some(making) = &mut queue.making {
            making.child = Some(child);
        }
        // Called off, or the shop closed, before there was a process to end.
        if queue.closed || queue.making.as_ref().is_none_or(|making| making.cancelled) {
            queue.end_child();
        }
    }
    if let Some(output) = output {
        follow(shared, output);
    }
    let mut last_words = String::new();
    if let Some(words) = words
        && let Err(fault) = words.take(LAST_WORDS_BYTES).read_to_string(&mut last_words)
    {
        tracing::debug!(%fault, "the maker of a film left no words");
    }
    let child = shared.queue().making.as_mut().and_then(|making| making.child.take());
    let status = child.map(|mut child| child.wait());
    match status {
        Some(Ok(status)) if status.success() => Ok(()),
        Some(Ok(status)) => {
            let said = last_words.lines().next().unwrap_or_default();
            Err(if said.is_empty() { status.to_string() } else { said.to_owned() })
        }
        Some(Err(fault)) => Err(fault.to_string()),
        None => Err("the maker of the film is gone".to_owned()),
    }
}

/// Notes how much is done until the process ends.
fn follow(shared: &Shared, output: ChildStdout) {
    for line in BufReader::new(output).lines() {
        let Ok(line) = line else { return };
        if let (Ok(done), Some(making)) = (line.trim().parse(), &mut shared.queue().making) {
            making.thousandths = done;
        }
    }
}
