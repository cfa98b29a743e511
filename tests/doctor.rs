//! `assize doctor` on machines with something wrong: each thing is named, with what to do.
//!
//! What is not here: how each finding is worded (`src/doctor/`).

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use serde_json::Value;
use tempfile::TempDir;

use crate::house::{ASSIZE, House};

/// What the doctor found, the worst of each kind, and how it ended.
struct Visit {
    found: BTreeMap<String, Vec<Value>>,
    code: Option<i32>,
}

impl Visit {
    /// How a thing stands, at its worst.
    fn state(&self, what: &str) -> &str {
        let states: Vec<_> =
            self.found.get(what).into_iter().flatten().map(|one| &one["state"]).collect();
        ["bad", "note", "good"]
            .into_iter()
            .find(|state| states.contains(&&Value::from(*state)))
            .unwrap_or_else(|| panic!("nothing about {what}: {:?}", self.found.keys()))
    }

    /// All that is said of a thing.
    fn said(&self, what: &str) -> String {
        self.found.get(what).map(|all| Value::from(all.clone()).to_string()).unwrap_or_default()
    }
}

/// Settings that any machine fulfils: free ports of this machine, folders of one's own.
fn settings(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "https = [\"127.0.0.1:0\"]\nmedia = [\"127.0.0.1:0\"]\ndata = \"{folder}/data\"\n\
         archive = \"{folder}/archive\"\narchive_free_min = 1\n"
    )
}

fn visit(folder: &Path, settings: &str) -> Visit {
    visit_with(folder, settings, |_| {})
}

fn visit_with(folder: &Path, settings: &str, more: impl FnOnce(&mut Command)) -> Visit {
    let config = folder.join("assize.toml");
    std::fs::write(&config, settings).expect("written");
    let mut command = Command::new(ASSIZE);
    command.args(["doctor", "--json", "--config"]).arg(&config);
    more(&mut command);
    let output = command.output().expect("it runs");
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).expect("text").lines() {
        let finding: Value = serde_json::from_str(line).expect("a JSON object a line");
        let what = finding["what"].as_str().expect("named").to_owned();
        if finding["state"] == "bad" {
            assert!(finding["do_zh"].is_string() && finding["do_en"].is_string(), "{line}");
        }
        found.entry(what).or_default().push(finding);
    }
    Visit { found, code: output.status.code() }
}

#[test]
fn a_machine_in_order_has_nothing_to_mend() {
    let folder = TempDir::new().expect("a folder");
    let visit = visit(folder.path(), &settings(folder.path()));
    let bad: Vec<_> = visit.found.keys().filter(|what| visit.state(what) == "bad").collect();
    assert!(bad.is_empty(), "{bad:?}: {:?}", visit.found);
    assert_eq!(visit.code, Some(0));
    assert_eq!(visit.state("ffmpeg"), "good");
    assert_eq!(visit.state("documents"), "good");
    assert_eq!(visit.state("https"), "good");
    assert_eq!(visit.state("clock"), "note", "no time server is named");
    assert_eq!(visit.state("copy"), "note", "there is no second copy");
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("read").collect();
    assert_eq!(left.len(), 1, "it leaves nothing behind but the configuration: {left:?}");
}

#[test]
fn a_machine_without_anything_is_told_everything_at_once() {
    let folder = TempDir::new().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("it has one").port();
    std::fs::write(folder.path().join("archive"), "a file where the folder should be")
        .expect("written");
    let settings = settings(folder.path()).replace(
        "https = [\"127.0.0.1:0\"]",
        &format!("https = [\"127.0.0.1:{port}\", \"192.0.2.1:0\"]"),
    ) + "copy_to = \"/nowhere/copies\"\ntime_servers = [\"127.0.0.1:9\"]\n\
           timestamp_url = \"http://127.0.0.1:9/\"\nrecord_key = \"/nowhere/key.pem\"\n\
           page = \"https://nowhere.invalid\"\n";
    let visit = visit_with(folder.path(), &settings, |command| {
        command.env("PATH", "/nowhere");
    });
    for what in [
        "archive",
        "clock",
        "copy",
        "documents",
        "ffmpeg",
        "https",
        "page",
        "record_key",
        "timestamp",
    ] {
        assert_eq!(visit.state(what), "bad", "{what}: {}", visit.said(what));
    }
    assert!(visit.said("https").contains("taken by another program"), "{}", visit.said("https"));
    assert!(visit.said("https").contains("no address of this machine"), "{}", visit.said("https"));
    assert_eq!(visit.code, Some(1));
}

#[test]
fn a_disk_with_too_little_space_is_named() {
    let folder = TempDir::new().expect("a folder");
    let settings = settings(folder.path())
        .replace("archive_free_min = 1", "archive_free_min = 1000000000000000000");
    let visit = visit(folder.path(), &settings);
    assert_eq!(visit.state("archive"), "bad");
    assert!(visit.said("archive").contains("no hearing opens"), "{}", visit.said("archive"));
}

#[test]
fn a_configuration_that_is_wrong_is_all_that_is_said() {
    let folder = TempDir::new().expect("a folder");
    let visit = visit(folder.path(), "medja = []");
    assert_eq!(visit.found.len(), 1);
    assert!(visit.said("config").contains("medja"), "{}", visit.said("config"));
    assert_eq!(visit.code, Some(1));
}

/// Files of a certificate that is good between two days of this year and year.
fn certificate(folder: &Path, from: i32, until: i32, name: &str) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let pair = KeyPair::generate().expect("a key");
    let made = params.self_signed(&pair).expect("signed");
    std::fs::write(folder.join("chain.pem"), made.pem()).expect("written");
    std::fs::write(folder.join("key.pem"), pair.serialize_pem()).expect("written");
}

#[test]
fn certificates_are_read_before_they_fail() {
    let folder = TempDir::new().expect("a folder");
    let place = folder.path().display();
    let settings = settings(folder.path())
        + &format!("certificate = \"{place}/chain.pem\"\ncertificate_key = \"{place}/key.pem\"\n")
        + "page = \"https://localhost:8443\"\n";
    for (from, until, name, state, word) in [
        (2000, 2400, "localhost", "good", "names localhost"),
        (2000, 2001, "localhost", "bad", "ran out"),
        (2300, 2400, "localhost", "bad", "not valid yet"),
        (2000, 2400, "court.example", "bad", "does not name localhost"),
    ] {
        certificate(folder.path(), from, until, name);
        let visit = visit(folder.path(), &settings);
        assert_eq!(visit.state("certificate"), state, "{}", visit.said("certificate"));
        assert!(visit.said("certificate").contains(word), "{}", visit.said("certificate"));
    }
    let other = KeyPair::generate().expect("a key");
    std::fs::write(folder.path().join("key.pem"), other.serialize_pem()).expect("written");
    let visit = visit(folder.path(), &settings);
    assert_eq!(visit.state("certificate"), "bad", "a key of another certificate");
}

#[tokio::test]
async fn beside_a_running_server_it_sees_it_and_reads_its_docket() {
    let house = House::open().await;
    let own = format!("https = [\"127.0.0.1:{}\"]", house.https_port());
    let settings = settings(house.folder()).replace("https = [\"127.0.0.1:0\"]", &own);
    let folder = TempDir::new().expect("a folder");
    let found = tokio::task::spawn_blocking(move || visit(folder.path(), &settings)).await;
    let found = found.expect("it runs");
    assert!(found.said("https").contains("Assize answers"), "{}", found.said("https"));
    assert!(found.said("database").contains("sound"), "{}", found.said("database"));
    assert!(found.said("record_key").contains("fingerprint"), "{}", found.said("record_key"));
}

#[test]
fn a_docket_that_is_no_database_is_named() {
    let folder = TempDir::new().expect("a folder");
    std::fs::create_dir(folder.path().join("data")).expect("made");
    std::fs::write(folder.path().join("data/docket.sqlite"), vec![7; 8192]).expect("written");
    let visit = visit(folder.path(), &settings(folder.path()));
    assert_eq!(visit.state("database"), "bad");
    assert!(visit.said("database").contains("damaged"), "{}", visit.said("database"));
}
