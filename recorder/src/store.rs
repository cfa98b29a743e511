//! The store of the second copy: a folder elsewhere, or a bucket of an S3-compatible store.
//!
//! What is not here: what is put there and what it is called (`copy`). The only place that knows
//! `object_store`, with `lock`.

mod lock;

mod trial;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use model::{Private, Timestamp};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::{
    Certificate, ClientOptions, MultipartUpload, ObjectStore, ObjectStoreExt as _, PutPayload,
    RetryConfig,
};

use crate::copy::cipher::{
    CHUNK_BYTES, HEAD_BYTES, Key, KeyFault, Opener, STORED_CHUNK_BYTES, Sealer, stored_length,
};
use crate::copy::names::{ENCIPHERED, MARK, Object};

pub(crate) use lock::Lock;
use lock::Locks;

/// A store that does not take a connection within this time is away.
const CONNECT_WAIT: Duration = Duration::from_secs(2);
/// One request: at most a part on a slow line.
const REQUEST_WAIT: Duration = Duration::from_secs(60);
/// Bytes of one part of a large object; what S3 takes is 5 MiB to 5 GiB, 10,000 of them.
pub(crate) const PART_BYTES: usize = 8 * 1024 * 1024;
/// Letters of what a store answered that are told on.
const ANSWER_CHARS_MAX: usize = 300;
const MARK_TEXT: &[u8] = b"{\"format\":1,\"what\":\"second copies of hearings, docs/record.md\"}\n";

/// Where the second copy is kept, and how to get there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreConfig {
    /// A folder that exists, or `s3://bucket` or `s3://bucket/prefix`.
    pub place: String,
    /// Address of the S3-compatible store; none for Amazon's.
    pub endpoint: Option<String>,
    /// Region the store expects in signatures.
    pub region: String,
    /// Access key and secret key; none sends requests without a signature.
    pub access: Option<(String, Private<String>)>,
    /// PEM file with the authority of the store's certificate, besides the system's.
    pub trust: Option<PathBuf>,
    /// Ids and files of the keys objects are enciphered with. The first enciphers, all decipher.
    /// Without one, objects are put there as they are.
    pub keys: Vec<(String, PathBuf)>,
    /// How long the complete objects of sealed records are locked in the bucket, days; none does not.
    pub lock_days: Option<u32>,
}

/// Why a store does not do what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreFault {
    /// It cannot be reached, or said no.
    #[error("{doing}: {why}")]
    Away {
        /// What was being done.
        doing: String,
        /// What the store or the system answered.
        why: String,
    },
    /// There is something there, but not a second copy.
    #[error(
        "{0} 不是副本存储：缺少 {MARK}，且其中已有其他内容。请检查是否已挂载、路径是否正确。 \
         {0} is no store of second copies: it has no {MARK} and is not empty. Check that it is \
         mounted and the place is right"
    )]
    Foreign(String),
    /// An object's key is not configured.
    #[error(
        "{object} 由密钥 {id} 加密，但 copy_keys 中没有该密钥：请补上。 \
         {object} is enciphered with the key {id}, which copy_keys does not have: add it"
    )]
    KeyMissing {
        /// Which object.
        object: String,
        /// Id of the key.
        id: String,
    },
    /// Another key is configured under that id.
    #[error(
        "copy_keys 中的密钥 {id} 不是加密 {object} 的那一把：请找回原密钥文件。 \
         The key {id} in copy_keys is not the one {object} was enciphered with: find the file it \
         had then"
    )]
    KeyWrong {
        /// Which object.
        object: String,
        /// Id of the key.
        id: String,
    },
    /// An enciphered object is not what was put there.
    #[error("{0} 已被改动或损坏。 {0} is not what was put there: altered or damaged")]
    Altered(String),
    /// The configuration cannot be used.
    #[error("{0}")]
    Unusable(String),
}

/// The store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    kind: Kind,
    /// What stands before each name, with a slash, or nothing.
    prefix: String,
    keys: Arc<[Key]>,
    place: String,
    locks: Option<Arc<Locks>>,
}

#[derive(Clone, Debug)]
enum Kind {
    Bucket(Arc<dyn ObjectStore>),
    /// Opened anew each time: it may be mounted later.
    Folder(PathBuf),
}

fn away(doing: &str, name: &str) -> impl FnOnce(object_store::Error) -> StoreFault {
    let doing = format!("{doing} {name}");
    |why| {
        let mut text = why.to_string();
        if let Some((at, _)) = text.char_indices().nth(ANSWER_CHARS_MAX) {
            text.truncate(at);
        }
        StoreFault::Away { doing, why: text }
    }
}

/// The wall clock, as a bucket's locks are told it.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn unusable(zh: &str, en: &str) -> StoreFault {
    StoreFault::Unusable(format!("{zh}。{en}"))
}

impl Store {
    /// The store as configured. Nothing is asked of it yet.
    ///
    /// # Errors
    /// When the configuration cannot be used, such as a key file that is none.
    pub fn open(config: &StoreConfig) -> Result<Self, StoreFault> {
        let keys = read_keys(&config.keys)?;
        let place = config.place.clone();
        let keys: Arc<[Key]> = keys.into();
        let Some(bucket) = place.strip_prefix("s3://") else {
            if config.lock_days.is_some() {
                return Err(unusable(
                    "copy_lock_days 仅用于 s3:// 存储；文件夹没有对象锁定",
                    "copy_lock_days is for s3:// alone: a folder has no object lock",
                ));
            }
            let kind = Kind::Folder(PathBuf::from(&place));
            return Ok(Self { kind, prefix: String::new(), keys, place, locks: None });
        };
        let (bucket, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
        let prefix = prefix.trim_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        let kind = Kind::Bucket(Arc::new(s3(config, bucket)?));
        let locks = config.lock_days.map(|days| Locks::new(config, bucket, days)).transpose()?;
        Ok(Self { kind, prefix, keys, place, locks: locks.map(Arc::new) })
    }

    fn inner(&self) -> Result<Arc<dyn ObjectStore>, StoreFault> {
        match &self.kind {
            Kind::Bucket(inner) => Ok(Arc::clone(inner)),
            Kind::Folder(folder) => {
                let store = LocalFileSystem::new_with_prefix(folder);
                let store = store.map_err(away("open", &self.place))?;
                Ok(Arc::new(store.with_fsync(true).with_automatic_cleanup(true)))
            }
        }
    }

    /// Where it is, as configured.
    pub fn place(&self) -> &str {
        &self.place
    }

    fn name(&self, name: &str) -> Result<Name, StoreFault> {
        Name::parse(format!("{}{name}", self.prefix))
            .map_err(|fault| StoreFault::Unusable(format!("{name}: {fault}")))
    }

    /// Asks whether the store is there and is one of ours; makes an empty one ours if `make`.
    ///
    /// # Errors
    /// When it is away or something else.
    pub async fn enter(&self, make: bool) -> Result<(), StoreFault> {
        if self.length(MARK).await?.is_some() {
            return Ok(());
        }
        if !make || !self.is_empty().await? {
            return Err(StoreFault::Foreign(self.place.clone()));
        }
        let mark = PutPayload::from_static(MARK_TEXT);
        self.inner()?.put(&self.name(MARK)?, mark).await.map_err(away("put", MARK))?;
        Ok(())
    }

    /// Whether there is nothing in it at all.
    async fn is_empty(&self) -> Result<bool, StoreFault> {
        let root = Name::from(self.prefix.trim_end_matches('/'));
        let root = (!self.prefix.is_empty()).then_some(&root);
        let first = self.inner()?.list(root).try_next().await.map_err(away("list", &self.place))?;
        Ok(first.is_none())
    }

    /// A folder that is not mounted any more would be made anew on the disk below.
    fn check_mark(&self) -> Result<(), StoreFault> {
        match &self.kind {
            Kind::Folder(folder) if !folder.join(MARK).is_file() => Err(StoreFault::Away {
                doing: format!("find {MARK} in {}", self.place),
                why: "it is gone; is the folder mounted?".to_owned(),
            }),
            Kind::Folder(_) | Kind::Bucket(_) => Ok(()),
        }
    }

    /// Length of an object as it is stored; none when there is none.
    pub(crate) async fn length(&self, name: &str) -> Result<Option<u64>, StoreFault> {
        match self.inner()?.head(&self.name(name)?).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(fault) => Err(away("look at", name)(fault)),
        }
    }

    /// Names and stored lengths of all objects in a folder of the store.
    pub(crate) async fn list(&self, folder: &str) -> Result<Vec<(String, u64)>, StoreFault> {
        let root = self.name(folder)?;
        let objects: Vec<_> =
            self.inner()?.list(Some(&root)).try_collect().await.map_err(away("list", folder))?;
        let names = objects.into_iter().map(|object| {
            let name = object.location.as_ref();
            (name.strip_prefix(&self.prefix).unwrap_or(name).to_owned(), object.size)
        });
        Ok(names.collect())
    }

    /// Names of the folders of the store.
    pub(crate) async fn folders(&self) -> Result<Vec<String>, StoreFault> {
        let root = Name::from(self.prefix.trim_end_matches('/'));
        let root = (!self.prefix.is_empty()).then_some(&root);
        let listed = self.inner()?.list_with_delimiter(root).await;
        let listed = listed.map_err(away("list", &self.place))?;
        let last = |name: Name| name.filename().map(str::to_owned);
        Ok(listed.common_prefixes.into_iter().filter_map(last).collect())
    }

    /// Puts a small object in place whole, enciphered if there is a key: its name as it is stored.
    pub(crate) async fn put(&self, name: &str, plain: Vec<u8>) -> Result<String, StoreFault> {
        let mut upload = self.upload(name)?;
        upload.push(&plain).await?;
        drop(plain);
        upload.finish().await
    }

    /// Begins an object that comes in parts; it is there when it was finished, or not at all.
    pub(crate) fn upload(&self, name: &str) -> Result<Upload<'_>, StoreFault> {
        self.check_mark()?;
        let mut upload = Upload {
            store: self,
            name: name.to_owned(),
            sealer: None,
            waiting: Vec::new(),
            parts: None,
        };
        if let Some(key) = self.keys.first() {
            let mut salt = [0; 32];
            getrandom::fill(&mut salt).map_err(|fault| StoreFault::Unusable(fault.to_string()))?;
            upload.sealer = Some(Sealer::new(key, name, salt, &mut upload.waiting));
            upload.name.push_str(ENCIPHERED);
        }
        Ok(upload)
    }

    /// Deletes an object; one that is not there is no fault.
    pub(crate) async fn delete(&self, name: &str) -> Result<(), StoreFault> {
        self.check_mark()?;
        match self.inner()?.delete(&self.name(name)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(fault) => Err(away("delete", name)(fault)),
        }
    }

    /// Reads plain bytes of a file out of an object: from the byte `at` of the file on, at most
    /// `most`, at least one unless the object ends there.
    pub(crate) async fn read(
        &self,
        object: &Object,
        opened: &mut Option<(String, Opener)>,
        at: u64,
        most: usize,
    ) -> Result<Vec<u8>, StoreFault> {
        let (from, to) = (at - object.from, object.to.min(at + most as u64) - object.from);
        let Some(name) = object.name.strip_suffix(ENCIPHERED) else {
            return Ok(self.range(&object.name, from, to).await?.into());
        };
        if opened.as_ref().is_none_or(|(open, _)| *open != object.name) {
            let head = self.range(&object.name, 0, HEAD_BYTES as u64).await?;
            let opener = Opener::new(&self.keys, name, &head).map_err(|f| key_fault(name, f))?;
            *opened = Some((object.name.clone(), opener));
        }
        let Some((_, opener)) = opened else { return Ok(Vec::new()) };
        let (chunk, stored) = (CHUNK_BYTES as u64, STORED_CHUNK_BYTES as u64);
        let whole = stored_length(object.to - object.from);
        let (first, end) = (from / chunk, to.div_ceil(chunk).max(from / chunk + 1));
        let start = HEAD_BYTES as u64 + first * stored;
        let bytes = self.range(&object.name, start, whole.min(start + (end - first) * stored));
        let mut bytes: Vec<u8> = bytes.await?.into();
        let last = (whole - HEAD_BYTES as u64).div_ceil(stored) - 1;
        let mut plain = Vec::with_capacity(bytes.len());
        for (index, chunk) in (first..).zip(bytes.chunks_mut(STORED_CHUNK_BYTES)) {
            let open = opener.open(index, index == last, chunk).map_err(|f| key_fault(name, f))?;
            plain.extend_from_slice(open);
        }
        let skip = usize::try_from(from - first * chunk).unwrap_or(0).min(plain.len());
        plain.drain(..skip);
        plain.truncate(most);
        Ok(plain)
    }

    /// Puts an object that is never enciphered.
    pub(crate) async fn put_plain(&self, name: &str, bytes: Vec<u8>) -> Result<(), StoreFault> {
        self.check_mark()?;
        let put = self.inner()?.put(&self.name(name)?, bytes.into()).await;
        put.map(|_| ()).map_err(away("put", name))
    }

    /// Reads such an object, its first `most` bytes; none when there is none.
    pub(crate) async fn read_plain(
        &self,
        name: &str,
        most: usize,
    ) -> Result<Option<Vec<u8>>, StoreFault> {
        match self.length(name).await? {
            Some(length) => Ok(Some(self.range(name, 0, length.min(most as u64)).await?.into())),
            None => Ok(None),
        }
    }

    /// How long complete objects are locked, days; none when they are not.
    pub(crate) fn lock_days(&self) -> Option<u32> {
        self.locks.as_ref().map(|locks| locks.days)
    }

    /// The version of an object that is there now; empty where the bucket has none.
    pub(crate) async fn version(&self, name: &str) -> Result<String, StoreFault> {
        let found = self.inner()?.head(&self.name(name)?).await.map_err(away("look at", name))?;
        Ok(found.version.unwrap_or_default())
    }

    /// Locks a version of an object, and says what the store then says of it.
    pub(crate) async fn lock(
        &self,
        name: &str,
        version: &str,
        until: Timestamp,
        hold: bool,
    ) -> Result<Lock, StoreFault> {
        let Some(locks) = &self.locks else { return Ok(Lock::default()) };
        let object = format!("{}{name}", self.prefix);
        let now = locks.read(&object, version).await?;
        if now.until.is_none_or(|now| now < until) {
            locks.retain(&object, version, until).await?;
        }
        if now.hold != hold {
            locks.hold(&object, version, hold).await?;
        }
        locks.read(&object, version).await
    }

    /// What the store says of the lock on a version of an object.
    pub(crate) async fn read_lock(&self, name: &str, version: &str) -> Result<Lock, StoreFault> {
        match &self.locks {
            Some(locks) => locks.read(&format!("{}{name}", self.prefix), version).await,
            None => Ok(Lock::default()),
        }
    }

    async fn range(&self, name: &str, from: u64, to: u64) -> Result<Bytes, StoreFault> {
        if from == to {
            return Ok(Bytes::new());
        }
        self.inner()?.get_range(&self.name(name)?, from..to).await.map_err(away("read", name))
    }
}

fn key_fault(object: &str, fault: KeyFault) -> StoreFault {
    let object = object.to_owned();
    match fault {
        KeyFault::Missing(id) => StoreFault::KeyMissing { object, id },
        KeyFault::Wrong(id) => StoreFault::KeyWrong { object, id },
        KeyFault::Head | KeyFault::Altered => StoreFault::Altered(object),
    }
}

/// An object on its way.
pub(crate) struct Upload<'a> {
    store: &'a Store,
    name: String,
    sealer: Option<Sealer>,
    waiting: Vec<u8>,
    parts: Option<Box<dyn MultipartUpload>>,
}

impl Upload<'_> {
    /// Takes the next plain bytes. At most a part waits in memory.
    pub(crate) async fn push(&mut self, plain: &[u8]) -> Result<(), StoreFault> {
        match &mut self.sealer {
            Some(sealer) => sealer.push(plain, &mut self.waiting),
            None => self.waiting.extend_from_slice(plain),
        }
        while self.waiting.len() > PART_BYTES {
            let rest = self.waiting.split_off(PART_BYTES);
            let part = std::mem::replace(&mut self.waiting, rest);
            self.part(part).await?;
        }
        Ok(())
    }

    async fn part(&mut self, bytes: Vec<u8>) -> Result<(), StoreFault> {
        let parts = match &mut self.parts {
            Some(parts) => parts,
            None => {
                let name = self.store.name(&self.name)?;
                let begun = self.store.inner()?.put_multipart(&name).await;
                self.parts.insert(begun.map_err(away("begin", &self.name))?)
            }
        };
        parts.put_part(bytes.into()).await.map_err(away("put a part of", &self.name))
    }

    /// Puts the object in place: its name as it is stored.
    pub(crate) async fn finish(mut self) -> Result<String, StoreFault> {
        if let Some(sealer) = self.sealer.take() {
            sealer.finish(&mut self.waiting);
        }
        let rest = std::mem::take(&mut self.waiting);
        if self.parts.is_none() {
            let name = self.store.name(&self.name)?;
            let put = self.store.inner()?.put(&name, rest.into()).await;
            put.map_err(away("put", &self.name))?;
            return Ok(self.name);
        }
        if !rest.is_empty() {
            self.part(rest).await?;
        }
        if let Some(parts) = &mut self.parts {
            parts.complete().await.map_err(away("complete", &self.name))?;
        }
        Ok(self.name)
    }

    /// Takes back what was put so far.
    pub(crate) async fn abandon(mut self) {
        if let Some(parts) = &mut self.parts
            && let Err(fault) = parts.abort().await
        {
            tracing::debug!(object = self.name, %fault, "parts of an object stay in the store");
        }
    }
}

fn client_options(config: &StoreConfig) -> Result<ClientOptions, StoreFault> {
    // Another door of the process may have chosen the same provider before.
    let ring = tokio_rustls::rustls::crypto::ring::default_provider();
    if ring.install_default().is_err() {
        tracing::debug!("a provider of TLS was chosen before");
    }
    let mut options = ClientOptions::new()
        .with_connect_timeout(CONNECT_WAIT)
        .with_timeout(REQUEST_WAIT)
        .with_allow_http(true);
    if let Some(trust) = &config.trust {
        let pem = std::fs::read(trust).map_err(|fault| {
            let path = trust.display();
            unusable(
                &format!("无法读取 copy_trust {path}：{fault}"),
                &format!("Cannot read copy_trust {path}: {fault}"),
            )
        })?;
        for certificate in Certificate::from_pem_bundle(&pem).map_err(away("read", "copy_trust"))? {
            options = options.with_root_certificate(certificate);
        }
    }
    Ok(options)
}

fn s3(config: &StoreConfig, bucket: &str) -> Result<object_store::aws::AmazonS3, StoreFault> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(&config.region)
        .with_client_options(client_options(config)?)
        // Failures are told at once; the copier tries again for as long as it takes.
        .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() });
    if let Some(endpoint) = &config.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    builder = match &config.access {
        Some((key, secret)) => {
            builder.with_access_key_id(key).with_secret_access_key(secret.reveal())
        }
        None => builder.with_skip_signature(true),
    };
    builder.build().map_err(away("open", &config.place))
}

fn read_keys(files: &[(String, PathBuf)]) -> Result<Vec<Key>, StoreFault> {
    let mut keys: Vec<Key> = Vec::new();
    for (id, file) in files {
        let path = file.display();
        let text = std::fs::read_to_string(file).map_err(|fault| {
            unusable(
                &format!("无法读取密钥文件 {path}：{fault}"),
                &format!("Cannot read the key file {path}: {fault}"),
            )
        })?;
        let key = Key::parse(id, &text).ok_or_else(|| {
            unusable(
                &format!(
                    "密钥 {id}（{path}）不可用：标识为 1 至 16 个字母、数字或 -_.，文件为 64 个\
                     十六进制数字（openssl rand -hex 32）"
                ),
                &format!(
                    "The key {id} ({path}) cannot be used: an id is 1 to 16 letters, digits or \
                     -_., a file 64 hexadecimal digits (openssl rand -hex 32)"
                ),
            )
        })?;
        if keys.iter().any(|known| known.id == key.id) {
            return Err(unusable(
                &format!("copy_keys 中密钥 {id} 出现两次"),
                &format!("copy_keys has the key {id} twice"),
            ));
        }
        keys.push(key);
    }
    Ok(keys)
}
