//! The configuration: one TOML file, checked whole before anything starts.
//!
//! What is not here: what is not for operators; those bounds stand in `model::limits`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use model::{Codec, Private};
use recorder::{Algorithm, StoreConfig};
use serde::Deserialize;
use signaling::{Retention, SyslogAt};

use crate::nightly;

/// The longest lock, days: 200 years, as the longest retention.
const LOCK_DAYS_MAX: u32 = 73_000;
/// No year has more.
const DAYS_OF_YEAR: u32 = 366;

/// Everything an operator may set. Keys that are not here are refused.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Where HTTPS is served, and media over TCP and TLS by the same port; port 0 takes any free one.
    pub(crate) https: Vec<SocketAddr>,
    /// Where media is taken (UDP, and TCP unless `https` has the port), one address per family, all with one port; port 0 takes any.
    pub(crate) media: Vec<SocketAddr>,
    /// Addresses announced to pages besides those of the machine, for a server behind NAT.
    pub(crate) announce: Vec<IpAddr>,
    /// Media threads.
    pub(crate) media_threads: usize,
    /// The codec asked of cameras: `vp8` or `h264`.
    pub(crate) camera_codec: Codec,
    /// Whether pages may send nothing while nobody speaks.
    pub(crate) voice_dtx: bool,
    /// Folder of the docket, accounts and the trial certificate.
    pub(crate) data: PathBuf,
    /// Folder of the records.
    pub(crate) archive: PathBuf,
    /// The court's key, which signs the records: PKCS #8, PEM. Without it one is made in the data folder.
    pub(crate) record_key: Option<PathBuf>,
    /// The kind of key that is made: `ed25519` or `sm2`.
    pub(crate) record_signature: Algorithm,
    /// The key numbers of identity documents are enciphered with: 64 hexadecimal digits. Without it one is made in the data folder.
    pub(crate) real_name_key: Option<PathBuf>,
    /// An authority that time-stamps each sealed record (RFC 3161): its address, `https://` or `http://`. Without it none is asked.
    pub(crate) timestamp_url: Option<String>,
    /// Time servers (SNTP) by which the clock is checked, `host` or `host:port`. Empty: it is not checked.
    pub(crate) time_servers: Vec<String>,
    /// Nothing recorded is opened when the clock is further off than this, milliseconds.
    pub(crate) clock_limit_ms: u32,
    /// Free space in the archive folder below which opening is refused, bytes.
    pub(crate) archive_free_min: u64,
    /// Where the second copy of the records is kept: a folder, or `s3://bucket/prefix`. Empty: there is none.
    pub(crate) copy_to: String,
    /// Address of the S3-compatible store. Without it Amazon's.
    pub(crate) copy_endpoint: Option<String>,
    /// Region the store expects.
    pub(crate) copy_region: String,
    /// Access key of the store.
    pub(crate) copy_access: Option<String>,
    /// Secret key of the store.
    pub(crate) copy_secret: Option<Private<String>>,
    /// Authority of the store's certificate, PEM, besides the system's.
    pub(crate) copy_trust: Option<PathBuf>,
    /// Keys the copy is enciphered with: the first enciphers, all decipher.
    pub(crate) copy_keys: Option<Vec<CopyKey>>,
    /// How long the copies of sealed records are locked in the bucket, days. Without it they are not.
    pub(crate) copy_lock_days: Option<u32>,
    /// When records, docket and second copy are reconciled every night, Beijing time. Empty: never.
    pub(crate) reconcile_at: String,
    /// Certificate chain, PEM. Without it a trial certificate is made.
    pub(crate) certificate: Option<PathBuf>,
    /// Private key of the certificate, PEM.
    pub(crate) certificate_key: Option<PathBuf>,
    /// Address of the page as parties reach it, for the links in notices (`https://court.example`).
    /// Empty: as whoever sends the notice reached it.
    pub(crate) page: String,
    /// A text file with the discipline everybody but the court accepts at check-in. Without it the usual text.
    pub(crate) discipline: Option<PathBuf>,
    /// Certificates of the authorities whose certificates people may sign a transcript with, PEM.
    pub(crate) signing_authorities: Option<PathBuf>,
    /// Where faces are compared: an outside service's address, `https://` or `http://`. Without it nobody is asked.
    pub(crate) face_url: Option<String>,
    /// The secret the requests to it are signed with.
    pub(crate) face_secret: Option<Private<String>>,
    /// Whether recorded sound is listened to for who speaks when.
    pub(crate) speech_turns: bool,
    /// What makes words of recorded speech: `funasr`, `sherpa`, `vosk`, `own`, or `none`.
    pub(crate) speech_engine: SpeechEngine,
    /// Where it is: `ws://` or `wss://`.
    pub(crate) speech_url: Option<String>,
    /// The node's own engine: the program `sherpa-onnx-online-websocket-server`.
    pub(crate) speech_program: Option<PathBuf>,
    /// Where its `libonnxruntime.so` is, if it does not find it itself.
    pub(crate) speech_library_dir: Option<PathBuf>,
    /// The folder of its streaming model.
    pub(crate) speech_model_dir: Option<PathBuf>,
    /// Its certificate, or the authority that signed it, PEM: for `wss://`.
    pub(crate) speech_trust: Option<PathBuf>,
    /// Whether it is told the names and terms of each case.
    pub(crate) speech_hot_words: bool,
    /// A text file with more words for it, for all courts or by court.
    pub(crate) speech_glossary: Option<PathBuf>,
    /// A lecture's first check of presence comes so many minutes after it began: from, to.
    pub(crate) presence_first: [u16; 2],
    /// Each later check comes so many minutes after the former: from, to.
    pub(crate) presence_every: [u16; 2],
    /// How long a site has to answer, seconds; 0 asks nobody.
    pub(crate) presence_answer: u16,
    /// How long records are kept after their closing: the first rule that fits holds.
    pub(crate) retention: Retention,
    /// Addresses besides this machine that may read `/metrics` without signing in.
    pub(crate) metrics_from: Vec<IpAddr>,
    /// A log server that gets every line of the audit log (syslog): `udp://host:514` or `tcp://host:601`.
    pub(crate) syslog: Option<String>,
    /// Log level: error, warn, info, debug, trace.
    pub(crate) log: String,
}

/// What makes words of recorded speech.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SpeechEngine {
    /// Nothing: who speaks when is known, not what.
    #[default]
    None,
    /// The FunASR runtime.
    Funasr,
    /// The online server of sherpa-onnx.
    Sherpa,
    /// The Vosk server.
    Vosk,
    /// A program of sherpa-onnx that the node runs itself, with a model out of a folder.
    Own,
}

/// One key of the second copy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CopyKey {
    /// Its id, as it stands in what was enciphered with it.
    pub(crate) id: String,
    /// Its file: 64 hexadecimal digits.
    pub(crate) file: PathBuf,
}

impl Config {
    /// The store of the second copy, if there is one.
    pub(crate) fn store(&self) -> Option<StoreConfig> {
        let keys = self.copy_keys.iter().flatten().map(|key| (key.id.clone(), key.file.clone()));
        (!self.copy_to.is_empty()).then(|| StoreConfig {
            place: self.copy_to.clone(),
            endpoint: self.copy_endpoint.clone(),
            region: self.copy_region.clone(),
            access: self.copy_access.clone().zip(self.copy_secret.clone()),
            trust: self.copy_trust.clone(),
            keys: keys.collect(),
            lock_days: self.copy_lock_days,
        })
    }

    /// What to tell when locks on the second copy end before any record's time is over: then the store
    /// lets somebody delete what the court must still keep.
    pub(crate) fn lock_ends_early(&self) -> Option<String> {
        let days = self.copy_lock_days?;
        let years = self.retention.rules().iter().filter_map(|rule| rule.years).min();
        if years.is_some_and(|years| days >= u32::from(years) * DAYS_OF_YEAR) {
            return None;
        }
        let kept = years.map_or_else(|| "for ever".to_owned(), |years| format!("{years} years"));
        Some(format!(
            "copy_lock_days locks copies for {days} days, retention keeps every record longer ({kept} \
             at least): after that the store lets them be deleted"
        ))
    }
}

impl Default for Config {
    fn default() -> Self {
        let port = 8443;
        let both = vec![
            SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port),
            SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), port),
        ];
        Self {
            https: both.clone(),
            media: both,
            announce: Vec::new(),
            media_threads: 1,
            camera_codec: Codec::Vp8,
            voice_dtx: false,
            data: PathBuf::from("data"),
            archive: PathBuf::from("data/archive"),
            record_key: None,
            record_signature: Algorithm::Ed25519,
            real_name_key: None,
            timestamp_url: None,
            time_servers: Vec::new(),
            clock_limit_ms: 500,
            archive_free_min: model::limits::DISK_FREE_MIN,
            copy_to: String::new(),
            copy_endpoint: None,
            copy_region: "us-east-1".to_owned(),
            copy_access: None,
            copy_secret: None,
            copy_trust: None,
            copy_keys: None,
            copy_lock_days: None,
            reconcile_at: "03:30".to_owned(),
            certificate: None,
            certificate_key: None,
            page: String::new(),
            discipline: None,
            signing_authorities: None,
            face_url: None,
            face_secret: None,
            speech_turns: true,
            speech_engine: SpeechEngine::None,
            speech_url: None,
            speech_program: None,
            speech_library_dir: None,
            speech_model_dir: None,
            speech_trust: None,
            speech_hot_words: true,
            speech_glossary: None,
            presence_first: [10, 30],
            presence_every: [105, 135],
            presence_answer: 120,
            retention: Retention::default(),
            metrics_from: Vec::new(),
            syslog: None,
            log: "info".to_owned(),
        }
    }
}

/// Reads and checks the file, or takes the defaults when there is none.
///
/// # Errors
/// One sentence that says what is wrong and what to do, in Chinese and English.
pub(crate) fn read(path: Option<&Path>) -> Result<Config, String> {
    let Some(path) = path else { return Ok(Config::default()) };
    let text = std::fs::read_to_string(path).map_err(|fault| {
        format!(
            "无法读取配置文件 {0}：{fault}。Cannot read the configuration file {0}: {fault}.",
            path.display()
        )
    })?;
    let config: Config = toml::from_str(&text).map_err(|fault| {
        format!(
            "配置文件 {0} 有误，请按提示修改。The configuration file {0} is not right; mend it:\n{fault}",
            path.display()
        )
    })?;
    check(&config)?;
    Ok(config)
}

fn check(config: &Config) -> Result<(), String> {
    let wrong = |zh: &str, en: &str| Err(format!("配置有误：{zh}。Configuration: {en}."));
    if config.https.is_empty() || config.https.len() > 8 {
        return wrong("https 需要 1 至 8 个地址", "https needs one to eight addresses");
    }
    let v4 = config.media.iter().filter(|a| a.is_ipv4()).count();
    let v6 = config.media.iter().filter(|a| a.is_ipv6()).count();
    if config.media.is_empty() || v4 > 1 || v6 > 1 {
        return wrong(
            "media 每种地址族最多一个地址，至少一个",
            "media needs at most one address per family, and at least one",
        );
    }
    if config.media.iter().any(|address| address.port() != config.media[0].port()) {
        return wrong("media 的端口必须相同", "all media addresses need the same port");
    }
    if config.media_threads == 0 || config.media_threads > 64 {
        return wrong("media_threads 须为 1 至 64", "media_threads must be 1 to 64");
    }
    if config.announce.len() > 8 {
        return wrong("announce 最多 8 个地址", "announce takes at most eight addresses");
    }
    if config.camera_codec.is_sound() {
        return wrong(
            "camera_codec 须为 vp8、h264、vp9 或 av1",
            "camera_codec must be vp8, h264, vp9 or av1",
        );
    }
    let page = config.page.strip_prefix("https://").is_some_and(|host| {
        !host.is_empty() && host.chars().all(|c| c.is_ascii_graphic() && !"/?#\"".contains(c))
    });
    if !config.page.is_empty() && !page {
        return wrong(
            "page 须形如 https://court.example，末尾不带斜杠",
            "page must look like https://court.example, without a slash at its end",
        );
    }
    if config.certificate.is_some() != config.certificate_key.is_some() {
        return wrong(
            "certificate 与 certificate_key 须同时设置",
            "certificate and certificate_key go together",
        );
    }
    let host = |server: &String| {
        (1..=255).contains(&server.len()) && server.chars().all(|c| c.is_ascii_graphic())
    };
    if config.time_servers.len() > 8 || !config.time_servers.iter().all(host) {
        return wrong(
            "time_servers 最多 8 个，形如 ntp.court.example 或 10.1.1.1:123",
            "time_servers takes at most eight, such as ntp.court.example or 10.1.1.1:123",
        );
    }
    check_copy(config)?;
    check_services(config)?;
    crate::listening::check(config)?;
    if let Err(why) = Retention::new(config.retention.rules().to_vec()) {
        return wrong(
            "retention 的年限须为 1 至 200；永久保存的不写 years",
            &format!("retention: {why}"),
        );
    }
    for [from, to] in [config.presence_first, config.presence_every] {
        if from == 0 || from > to {
            return wrong(
                "presence_first、presence_every 须为两个数，前小后大，不得为 0",
                "presence_first and presence_every are two numbers, the smaller first, none 0",
            );
        }
    }
    Ok(())
}

/// The keys of services outside.
fn check_services(config: &Config) -> Result<(), String> {
    let wrong = |zh: &str, en: &str| Err(format!("配置有误：{zh}。Configuration: {en}."));
    if config.face_url.is_some() != config.face_secret.is_some() {
        return wrong("face_url 与 face_secret 须同时设置", "face_url and face_secret go together");
    }
    let server = config.syslog.as_deref().map(SyslogAt::parse);
    if server == Some(None) {
        return wrong(
            "syslog 须形如 udp://10.0.0.9:514 或 tcp://10.0.0.9:601",
            "syslog must look like udp://10.0.0.9:514 or tcp://10.0.0.9:601",
        );
    }
    let web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    if !config.timestamp_url.as_ref().is_none_or(web) {
        return wrong(
            "timestamp_url 须以 https:// 或 http:// 开头",
            "timestamp_url begins with https:// or http://",
        );
    }
    Ok(())
}

/// The keys of the second copy and of reconciliation.
fn check_copy(config: &Config) -> Result<(), String> {
    let wrong = |zh: &str, en: &str| Err(format!("配置有误：{zh}。Configuration: {en}."));
    if config.copy_access.is_some() != config.copy_secret.is_some() {
        return wrong(
            "copy_access 与 copy_secret 须同时设置",
            "copy_access and copy_secret go together",
        );
    }
    let folder = !config.copy_to.starts_with("s3://");
    if folder && !config.copy_to.is_empty() && Path::new(&config.copy_to) == config.archive {
        return wrong("copy_to 不能与 archive 相同", "copy_to must be another folder than archive");
    }
    if folder && (config.copy_endpoint.is_some() || config.copy_access.is_some()) {
        return wrong(
            "copy_endpoint、copy_access 仅用于 s3:// 形式的 copy_to",
            "copy_endpoint and copy_access are for a copy_to that begins with s3://",
        );
    }
    if config.copy_lock_days.is_some() && folder {
        return wrong(
            "copy_lock_days 仅用于 s3:// 形式的 copy_to：文件夹没有对象锁定",
            "copy_lock_days is for a copy_to that begins with s3://: a folder has no object lock",
        );
    }
    if config.copy_lock_days.is_some_and(|days| !(1..=LOCK_DAYS_MAX).contains(&days)) {
        return wrong("copy_lock_days 须为 1 至 73000", "copy_lock_days must be 1 to 73000");
    }
    if !config.reconcile_at.is_empty() && nightly::minute_of_day(&config.reconcile_at).is_none() {
        return wrong(
            "reconcile_at 须形如 03:30，或留空",
            "reconcile_at must look like 03:30, or be empty",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        let config: Config = toml::from_str(text).map_err(|fault| fault.to_string())?;
        check(&config)?;
        Ok(config)
    }

    #[test]
    fn the_defaults_are_right() {
        assert_eq!(parse(""), Ok(Config::default()));
    }

    const KEYS: &[&str] = &[
        "https",
        "media",
        "announce",
        "media_threads",
        "camera_codec",
        "voice_dtx",
        "data",
        "archive",
        "record_key",
        "record_signature",
        "real_name_key",
        "timestamp_url",
        "archive_free_min",
        "copy_to",
        "copy_endpoint",
        "copy_region",
        "copy_access",
        "copy_secret",
        "copy_trust",
        "copy_keys",
        "copy_lock_days",
        "reconcile_at",
        "certificate",
        "certificate_key",
        "discipline",
        "signing_authorities",
        "face_url",
        "face_secret",
        "speech_turns",
        "speech_engine",
        "speech_url",
        "speech_program",
        "speech_library_dir",
        "speech_model_dir",
        "speech_trust",
        "speech_hot_words",
        "speech_glossary",
        "presence_first",
        "presence_every",
        "presence_answer",
        "retention",
        "metrics_from",
        "syslog",
        "log",
    ];

    #[test]
    fn the_example_names_every_key_with_its_default() {
        let text = std::fs::read_to_string(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/assize.example.toml"),
        )
        .unwrap();
        // Optional keys stand as comments; with the mark taken off the file must still be read.
        let all: String = text
            .replace("\n# certificate", "\ncertificate")
            .replace("\n# discipline =", "\ndiscipline =")
            .replace("\n# signing_authorities =", "\nsigning_authorities =")
            .replace("\n# copy_", "\ncopy_")
            .replace("\n# record_key =", "\nrecord_key =")
            .replace("\n# real_name_key =", "\nreal_name_key =")
            .replace("\n# timestamp_url =", "\ntimestamp_url =")
            .replace("\n# speech_", "\nspeech_")
            .replace("\n# syslog =", "\nsyslog =")
            .replace("\n# face_", "\nface_");
        let config: Config = toml::from_str(&all).unwrap();
        let defaults = Config::default();
        assert_eq!(
            Config {
                copy_endpoint: None,
                copy_access: None,
                copy_secret: None,
                copy_trust: None,
                copy_keys: None,
                copy_lock_days: None,
                certificate: None,
                certificate_key: None,
                discipline: None,
                signing_authorities: None,
                record_key: None,
                real_name_key: None,
                timestamp_url: None,
                syslog: None,
                face_url: None,
                face_secret: None,
                speech_url: None,
                speech_program: None,
                speech_library_dir: None,
                speech_model_dir: None,
                speech_trust: None,
                speech_glossary: None,
                ..config
            },
            defaults,
            "deploy/assize.example.toml shows another default than the code"
        );
        for key in KEYS {
            assert!(
                all.lines().any(|line| line.starts_with(&format!("{key} ="))),
                "deploy/assize.example.toml lacks {key}"
            );
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, word) in [
            ("unknown = 1", "unknown field"),
            ("https = []", "https needs"),
            ("media = [\"0.0.0.0:1\", \"[::]:2\"]", "same port"),
            ("media = [\"0.0.0.0:1\", \"127.0.0.1:1\"]", "per family"),
            ("media_threads = 0", "media_threads"),
            ("camera_codec = \"opus\"", "camera_codec"),
            ("copy_access = \"a\"", "go together"),
            ("copy_to = \"data/archive\"", "another folder"),
            ("copy_endpoint = \"http://h\"", "begins with s3://"),
            ("copy_to = \"/mnt\"\ncopy_lock_days = 5", "no object lock"),
            ("copy_to = \"s3://b\"\ncopy_lock_days = 0", "1 to 73000"),
            ("reconcile_at = \"24:00\"", "reconcile_at"),
            ("copy_keys = [{ id = \"a\" }]", "file"),
            ("certificate = \"a\"", "go together"),
            ("face_url = \"https://h/\"", "go together"),
            ("speech_engine = \"iflytek\"", "unknown variant"),
            ("speech_engine = \"funasr\"", "needs speech_url"),
            (
                "speech_turns = false\nspeech_engine = \"vosk\"\nspeech_url = \"ws://h\"",
                "needs speech_turns",
            ),
            ("speech_url = \"ws://h\"", "needs speech_engine"),
            ("speech_engine = \"vosk\"\nspeech_url = \"http://h\"", "must look like ws://"),
            ("speech_engine = \"funasr\"\nspeech_url = \"wss://h\"", "to be trusted"),
            ("speech_engine = \"own\"", "needs speech_program and speech_model_dir"),
            ("speech_model_dir = \"/m\"", "speech_engine = \"own\""),
            (
                "speech_engine = \"own\"\nspeech_program = \"/no/server\"\nspeech_model_dir = \"/m\"",
                "/no/server: no such program",
            ),
            ("speech_glossary = \"/nowhere/words\"", "speech_glossary"),
            ("record_signature = \"rsa\"", "unknown variant"),
            ("timestamp_url = \"tsa.example\"", "begins with"),
            ("syslog = \"tls://log:6514\"", "must look like udp://"),
            ("presence_first = [3, 2]", "presence_first"),
            ("presence_every = [0, 2]", "presence_every"),
            ("retention = [{ years = 0 }]", "years are"),
            ("retention = [{ kind = \"party\" }]", "unknown variant"),
        ] {
            let said = parse(text).unwrap_err();
            assert!(said.contains(word), "{text}: {said}");
        }
    }
    #[test]
    fn a_lock_shorter_than_every_record_is_kept_is_told() {
        let bucket = "copy_to = \"s3://b\"\n";
        for (text, told) in [
            ("", false),
            ("copy_lock_days = 365", true),
            ("copy_lock_days = 7320", false),
            ("copy_lock_days = 365\nretention = [{ years = 1 }]", true),
            ("copy_lock_days = 366\nretention = [{ years = 1 }, { years = 60 }]", false),
            ("copy_lock_days = 73000\nretention = [{ case = \"刑\" }]", true),
        ] {
            let config = parse(&format!("{bucket}{text}")).expect("right");
            assert_eq!(config.lock_ends_early().is_some(), told, "{text}");
        }
    }
}
