//! The house rules as a test: who may import whom, one door per library, sizes, words, documents.
//!
//! What is not here: anything a compiler lint can say; those stand in `Cargo.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Who may import whom inside the house. Rooms never import rooms, cores import only `model`.
const IMPORTS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("protocol", &["model"]),
    ("hearing", &["model"]),
    ("docket", &["model"]),
    ("forwarding", &["model"]),
    ("record", &["model"]),
    ("film", &["model"]),
    ("transcript", &["model"]),
    ("speech", &["model"]),
    ("papers", &["model"]),
    ("sim", &["forwarding", "hearing", "model", "record"]),
    ("signaling", &["docket", "hearing", "model", "papers", "protocol", "transcript"]),
    ("sfu", &["forwarding", "model"]),
    ("recorder", &["film", "model", "record", "speech"]),
    ("assize", &["model", "papers", "protocol", "recorder", "sfu", "signaling", "sim"]),
];

/// The only places (path prefixes) where a library may be named.
const DOORS: &[(&str, &[&str])] = &[
    ("webrtc::", &["src/probe", "src/camera/court", "tests/camera/"]),
    ("retina::", &["src/camera"]),
    ("rsntp::", &["signaling/src/timekeeper"]),
    ("opus::Encoder", &["src/camera/sound"]),
    (
        "opus::Decoder",
        &["recorder/src/speech/decode", "src/camera/sound/tests", "tests/camera", "benches/speech"],
    ),
    ("symphonia_core::", &["src/camera/sound/aac"]),
    ("symphonia_codec_aac::", &["src/camera/sound/aac"]),
    ("url::", &["src/camera", "src/doctor/services"]),
    ("x509_cert::", &["signaling/src/certificate"]),
    (
        "tokio_tungstenite::",
        &[
            "src/probe",
            "recorder/src/speech/line",
            "signaling/src/server/tests",
            "tests/",
            "benches/capacity",
        ],
    ),
    ("sqlx::", &["signaling/src/docket"]),
    ("axum::", &["signaling/src/", "signaling/tests"]),
    ("utoipa::", &["crates/docket/", "crates/model/", "signaling/src/http/openapi"]),
    ("rtc_dtls::", &["sfu/src/dtls", "sfu/tests", "benches/capacity"]),
    ("rtc_stun::", &["sfu/src/stun", "sfu/src/turn", "sfu/tests", "benches/capacity"]),
    ("rtc_turn::", &["sfu/src/turn", "sfu/tests"]),
    ("rtc_sdp::", &["sfu/src/sdp", "sfu/tests"]),
    ("rtc_rtcp::", &["crates/forwarding/src/rtcp", "sfu/tests"]),
    ("quinn_udp::", &["sfu/src/socket"]),
    ("mio::", &["sfu/src/", "benches/capacity"]),
    ("argon2::", &["signaling/src/"]),
    ("object_store::", &["recorder/src/store"]),
    ("md5::", &["recorder/src/store/lock"]),
    ("ring::hkdf", &["recorder/src/copy/cipher"]),
    ("ed25519_dalek::", &["crates/record/src/signature"]),
    ("sm2::", &["crates/record/src/signature", "crates/record/src/certificate"]),
    ("x509_tsp::", &["crates/record/src/stamp"]),
    ("cms::", &["crates/record/src/stamp", "crates/record/src/certificate"]),
    ("webpki::", &["crates/record/src/certificate"]),
    ("tar::", &["recorder/src/package", "recorder/src/packed"]),
    ("serde_json_canonicalizer::", &["crates/transcript/src/canonical"]),
    (
        "sm3::",
        &[
            "crates/record/src/digest",
            "crates/record/src/certificate",
            "signaling/src/evidence/digest",
        ],
    ),
    ("earshot::", &["crates/speech/src/voice"]),
    ("ab_glyph::", &["crates/film/src/letters"]),
    ("time::Offset", &["crates/film/src/scene", "crates/papers/src/words", "signaling/src/syslog"]),
    ("krilla::", &["crates/papers/src/pdf/"]),
    ("rustybuzz::", &["crates/papers/src/pdf/"]),
    ("unicode_bidi::", &["crates/papers/src/pdf/setting"]),
    ("unicode_linebreak::", &["crates/papers/src/pdf/setting"]),
    ("docx_rs::", &["crates/papers/src/docx"]),
    ("zip::", &["recorder/src/part", "recorder/tests/record/part"]),
    ("lopdf::", &["signaling/src/evidence/inspect/pdf"]),
    ("sha2::", &["crates/record/src/digest", "crates/record/src/certificate", "signaling/src/"]),
    ("stats_alloc::", &["src/memory"]),
    ("clap::", &["src/", "benches/capacity"]),
    ("toml::", &["src/camera/config", "src/config", "src/demo", "tests/", "crates/"]),
];

/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &["util", "utils", "common", "helpers", "helper", "manager", "misc"];

/// Words that must not stand in our code, each with what to do instead.
const FORBIDDEN: &[(&str, &str)] = &[
    ("#[ignore", "a test runs or is deleted"),
    ("#[should_panic", "assert the refusal or the fault"),
    ("FIXME", "mend it"),
    ("thread::sleep", "wait for the event itself, with a deadline"),
    ("unbounded_channel", "every queue has a limit: model::limits"),
];

const LINES_MAX: usize = 600;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("a folder of the tree can be read").path();
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | "node_modules" | "dist" | ".git" | "data") {
                walk(&path, ending, found);
            }
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
}

/// Every file of ours with this ending: path relative to the root, and text.
fn sources(ending: &str) -> BTreeMap<String, String> {
    let mut paths = Vec::new();
    for folder in
        ["src", "crates", "signaling", "sfu", "recorder", "benches", "tests", "web", "docs"]
    {
        walk(&root().join(folder), ending, &mut paths);
    }
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a source file is UTF-8 text");
            let name = path.strip_prefix(root()).expect("it lies below the root");
            (name.to_string_lossy().into_owned(), text)
        })
        .collect()
}

fn manifests() -> BTreeMap<String, toml::Table> {
    let mut paths = vec![root().join("Cargo.toml")];
    for folder in ["crates", "signaling", "sfu", "recorder"] {
        walk(&root().join(folder), "Cargo.toml", &mut paths);
    }
    paths
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).expect("a manifest can be read");
            let table: toml::Table = text.parse().expect("a manifest is TOML");
            let name = table["package"]["name"].as_str().expect("a package has a name").to_owned();
            (name, table)
        })
        .collect()
}

#[test]
fn imports_follow_the_table() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        IMPORTS.iter().map(|(name, to)| (*name, to.iter().copied().collect())).collect();
    let manifests = manifests();
    assert_eq!(
        manifests.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        allowed.keys().copied().collect(),
        "the table in tests/tidy.rs names every package and no other"
    );
    for (name, manifest) in &manifests {
        let Some(dependencies) = manifest.get("dependencies").and_then(toml::Value::as_table)
        else {
            continue;
        };
        for dependency in dependencies.keys().filter(|d| allowed.contains_key(d.as_str())) {
            assert!(
                allowed[name.as_str()].contains(dependency.as_str()),
                "{name} must not import {dependency}"
            );
        }
    }
}

#[test]
fn each_library_has_its_doors() {
    let mut wrong = Vec::new();
    for (file, text) in sources(".rs") {
        if file == "tests/tidy.rs" {
            continue;
        }
        for (library, doors) in DOORS {
            let named = text.lines().any(|line| {
                let code = line.split("//").next().unwrap_or_default();
                code.match_indices(library).any(|(at, _)| {
                    !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
                })
            });
            if named && !doors.iter().any(|door| file.starts_with(door)) {
                wrong.push(format!("{file} names {library} (doors: {doors:?})"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_are_short_named_and_introduced() {
    let mut wrong = Vec::new();
    for (file, text) in sources(".rs") {
        let stem = Path::new(&file).file_stem().map(|s| s.to_string_lossy().into_owned());
        if stem.is_some_and(|stem| EMPTY_NAMES.contains(&stem.as_str()) || stem == "mod") {
            wrong.push(format!("{file}: a name that says nothing"));
        }
        if text.lines().count() > LINES_MAX {
            wrong.push(format!("{file}: {} lines; split it by subject", text.lines().count()));
        }
        if !text.starts_with("//!") && !file.contains("fuzz_targets") {
            wrong.push(format!("{file}: does not begin with //! saying what lives here"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn forbidden_words_do_not_stand_in_the_code() {
    let mut wrong = Vec::new();
    for (file, text) in sources(".rs") {
        if file == "tests/tidy.rs" {
            continue;
        }
        for (word, instead) in FORBIDDEN {
            if text.lines().any(|l| l.split("//").next().unwrap_or_default().contains(word)) {
                wrong.push(format!("{file}: {word}: {instead}"));
            }
        }
        // Other rooms' tests may sleep in false time (`start_paused`), where nothing waits.
        if file.starts_with("tests/") && text.contains("time::sleep(") {
            wrong.push(format!("{file}: sleeps; wait for the event itself, with a deadline"));
        }
        if file.starts_with("crates/") && text.contains("Instant::now()") {
            wrong.push(format!("{file}: reads the clock; time is an argument on this floor"));
        }
    }
    for (file, text) in sources(".mjs").into_iter().chain(sources(".ts")).chain(sources(".vue")) {
        for word in ["waitForTimeout", "test.only", "it.only", ".skip("] {
            if text.contains(word) {
                wrong.push(format!("{file}: {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn documents_name_what_exists() {
    let read =
        |name: &str| std::fs::read_to_string(root().join(name)).expect("the document exists");
    let architecture = read("ARCHITECTURE.md");
    for name in manifests().keys() {
        assert!(
            architecture.contains(&format!("`{name}`")),
            "ARCHITECTURE.md does not name {name}"
        );
    }
    let readme = read("README.md");
    for word in ["make run", "make test"] {
        assert!(readme.contains(word), "README.md does not name {word}");
    }
    let documents = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "docs/testing.md",
        "docs/protocol.md",
        "docs/api.md",
        "docs/operating.md",
        "docs/metrics.md",
        "docs/features.md",
        "docs/record.md",
        "docs/record-rule.md",
        "docs/media.md",
    ];
    for document in documents {
        for target in links(&read(document)) {
            let folder = Path::new(document).parent().expect("a document lies in a folder");
            assert!(
                root().join(folder).join(&target).exists(),
                "{document} links to {target}, which does not exist"
            );
        }
        for path in code_paths(&read(document)) {
            assert!(root().join(&path).exists(), "{document} names {path}, which does not exist");
        }
    }
}

/// Rows of a document's tables whose first cell is one name in backquotes: the name, the row.
fn rows(text: &str) -> BTreeMap<&str, &str> {
    text.lines()
        .filter_map(|line| Some((line.strip_prefix("| `")?.split_once("` |")?.0, line)))
        .collect()
}

#[test]
fn every_configuration_key_is_documented_with_its_default() {
    let read = |name: &str| std::fs::read_to_string(root().join(name)).expect("the file exists");
    let (document, example) = (read("docs/operating.md"), read("deploy/assize.example.toml"));
    let (_, table) = document.split_once("## Configuration").expect("the chapter exists");
    let table = table.split("\n## ").next().unwrap_or_default();
    let mut keys: BTreeMap<&str, String> = BTreeMap::new();
    for line in example.lines() {
        if let Some((key, value)) = line.split_once(" = ") {
            match key.strip_prefix("# ") {
                // A key that is commented out has no default.
                Some(key) => keys.insert(key, "none".to_owned()),
                None => keys.insert(key, format!("`{value}`")),
            };
        }
    }
    let rows = rows(table);
    assert_eq!(
        rows.keys().collect::<Vec<_>>(),
        keys.keys().collect::<Vec<_>>(),
        "docs/operating.md lists the keys of deploy/assize.example.toml"
    );
    for (key, default) in keys {
        let row = rows[key];
        assert!(row.contains(&format!("| {default} |")), "{key} has the default {default}: {row}");
    }
}

#[test]
fn documented_metrics_exist_and_alarms_use_documented_ones() {
    let read = |name: &str| std::fs::read_to_string(root().join(name)).expect("the file exists");
    let document = read("docs/metrics.md");
    let rows = rows(&document);
    for name in rows.keys() {
        let room = name.split('_').nth(1).unwrap_or_default();
        let file = match room {
            "process" => "src/memory.rs".to_owned(),
            room => format!("{room}/src/metrics.rs"),
        };
        let code = read(&file);
        let short = name.trim_start_matches("assize_").trim_start_matches(room);
        let short = short.trim_start_matches('_');
        assert!(
            code.contains(&format!("\"{name}\"")) || code.contains(&format!("\"{short}\"")),
            "docs/metrics.md names {name}, which {room} does not count"
        );
    }
    for word in read("deploy/alerts.yml").split(|c: char| !c.is_alphanumeric() && c != '_') {
        if word.starts_with("assize_") {
            let name = word.trim_end_matches("_bucket");
            assert!(rows.contains_key(name), "deploy/alerts.yml uses {word}");
        }
    }
}

/// Targets of relative Markdown links.
fn links(text: &str) -> Vec<String> {
    text.match_indices("](")
        .filter_map(|(at, _)| text[at + 2..].split(')').next())
        .map(|target| target.split('#').next().unwrap_or_default().to_owned())
        .filter(|target| !target.is_empty() && !target.contains("://"))
        .collect()
}

/// Paths in backquotes that look like files of ours.
fn code_paths(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| {
            code.contains('/')
                && [".rs", ".md", ".toml", ".sh", ".ts", ".vue", ".mjs"]
                    .iter()
                    .any(|e| code.ends_with(e))
                && !code.contains([' ', '*', '{', '<'])
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn lock_files_name_no_registry_host() {
    for file in ["web/package-lock.json", "tests/browser/package-lock.json"] {
        let text = std::fs::read_to_string(root().join(file)).expect("the lock file exists");
        assert!(!text.contains("\"resolved\""), "{file} names download addresses");
    }
}

#[test]
fn licences_of_libraries_are_known() {
    const ALLOWED: &[&str] = &[
        "MIT",
        "MIT-0",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "Zlib",
        "0BSD",
        "Unlicense",
        "CC0-1.0",
        "Unicode-3.0",
        "BSL-1.0",
        "CDLA-Permissive-2.0",
        "MPL-2.0",
    ];
    let output = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("metadata lists packages");
    let mut wrong = Vec::new();
    for package in packages {
        let licence = package["license"].as_str().unwrap_or_default().replace('/', " OR ");
        // One acceptable alternative is enough; of "A AND B" both must be acceptable.
        let fine = licence.split(" OR ").any(|alternative| {
            alternative.split(" AND ").all(|name| {
                let name = name.trim_matches(['(', ')', ' ']).replace(" WITH LLVM-exception", "");
                ALLOWED.contains(&name.as_str())
            })
        });
        if !fine {
            wrong.push(format!("{}: {licence}", package["name"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
