//! The state: named collections of JSON documents, in memory and in a file of changes.
//!
//! A change is one line of the file, written before the caller goes on; a line that a crash has cut
//! short counts as not written.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    ops::Bound,
    path::Path,
};

use anyhow::Context as _;
use parking_lot::Mutex;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::sync::Notify;

use crate::scheduler::TIMERS;

type Documents = BTreeMap<String, BTreeMap<String, Value>>;
type Change = (String, String, Option<Value>);

#[derive(Default)]
pub struct State {
    inner: Mutex<Inner>,
    /// Signalled when a timer was set.
    pub timer_set: Notify,
}

#[derive(Default)]
struct Inner {
    documents: Documents,
    log: Option<File>,
}

impl State {
    pub fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let mut inner = Inner::default();
        if let Some(path) = path {
            inner.documents = read(path).with_context(|| format!("{}", path.display()))?;
            inner.log = Some(compact(path, &inner.documents)?);
        }
        Ok(Self {
            inner: Mutex::new(inner),
            timer_set: Notify::new(),
        })
    }

    /// Runs `work` alone and stores what it changed, all of it or nothing.
    pub fn change<R>(&self, work: impl FnOnce(&mut Transaction<'_>) -> R) -> R {
        let mut inner = self.inner.lock();
        let Inner { documents, log } = &mut *inner;
        let mut transaction = Transaction {
            documents,
            changes: Vec::new(),
        };
        let result = work(&mut transaction);
        let changes = transaction.changes;
        if changes.is_empty() {
            return result;
        }
        if let Some(log) = log {
            let mut line = serde_json::to_vec(&changes).expect("JSON values are serialisable");
            line.push(b'\n');
            log.write_all(&line)
                .expect("the state file takes the change");
        }
        if changes.iter().any(|(collection, ..)| collection == TIMERS) {
            self.timer_set.notify_one();
        }
        result
    }

    pub fn get<T: DeserializeOwned>(&self, collection: &str, key: &str) -> Option<T> {
        self.change(|tx| tx.get(collection, key))
    }

    pub fn list<T: DeserializeOwned>(&self, collection: &str) -> Vec<T> {
        self.change(|tx| tx.list(collection))
    }
}

pub struct Transaction<'a> {
    documents: &'a mut Documents,
    changes: Vec<Change>,
}

impl Transaction<'_> {
    pub fn get<T: DeserializeOwned>(&self, collection: &str, key: &str) -> Option<T> {
        let value = self.documents.get(collection)?.get(key)?;
        Some(read_as(value))
    }

    pub fn list<T: DeserializeOwned>(&self, collection: &str) -> Vec<T> {
        let documents = self.documents.get(collection);
        documents
            .into_iter()
            .flat_map(BTreeMap::values)
            .map(read_as)
            .collect()
    }

    /// As [`Self::list`], each with its key.
    pub fn keyed<T: DeserializeOwned>(&self, collection: &str) -> Vec<(String, T)> {
        let documents = self.documents.get(collection);
        let documents = documents.into_iter().flatten();
        documents
            .map(|(key, value)| (key.clone(), read_as(value)))
            .collect()
    }

    pub fn first_key(&self, collection: &str) -> Option<String> {
        self.documents.get(collection)?.keys().next().cloned()
    }

    /// The documents whose keys end with `suffix`.
    pub fn list_with_suffix<T: DeserializeOwned>(&self, collection: &str, suffix: &str) -> Vec<T> {
        let documents = self.documents.get(collection).into_iter().flatten();
        let found = documents.filter(|(key, _)| key.ends_with(suffix));
        found.map(|(_, value)| read_as(value)).collect()
    }

    pub fn count(&self, collection: &str) -> usize {
        self.documents.get(collection).map_or(0, BTreeMap::len)
    }

    /// Names of the collections that begin with `prefix`.
    pub fn collections(&self, prefix: &str) -> Vec<String> {
        let names = self.documents.keys();
        names
            .filter(|name| name.starts_with(prefix))
            .cloned()
            .collect()
    }

    pub fn put<T: Serialize>(&mut self, collection: &str, key: &str, document: &T) {
        let value = serde_json::to_value(document).expect("documents are serialisable");
        self.documents
            .entry(collection.to_owned())
            .or_default()
            .insert(key.to_owned(), value.clone());
        self.changes
            .push((collection.to_owned(), key.to_owned(), Some(value)));
    }

    pub fn delete(&mut self, collection: &str, key: &str) {
        if let Some(documents) = self.documents.get_mut(collection) {
            documents.remove(key);
        }
        self.changes
            .push((collection.to_owned(), key.to_owned(), None));
    }

    /// The next number of the counter `name`, from 1, never given twice.
    pub fn next_number(&mut self, name: &str) -> u64 {
        let next = self.get::<u64>("counter", name).unwrap_or(0) + 1;
        self.put("counter", name, &next);
        next
    }

    /// The documents with keys below `end`, in the order of their keys.
    pub fn list_below<T: DeserializeOwned>(&self, collection: &str, end: &str) -> Vec<T> {
        let documents = self.documents.get(collection).into_iter();
        let below = documents.flat_map(|documents| {
            documents.range::<str, _>((Bound::Unbounded, Bound::Excluded(end)))
        });
        below.map(|(_, value)| read_as(value)).collect()
    }

    /// The first document, in the order of keys, that `wanted` accepts.
    pub fn find<T: DeserializeOwned>(
        &self,
        collection: &str,
        wanted: impl Fn(&T) -> bool,
    ) -> Option<T> {
        let mut documents = self.documents.get(collection)?.values().map(read_as);
        documents.find(wanted)
    }
}

fn read_as<T: DeserializeOwned>(value: &Value) -> T {
    T::deserialize(value).expect("a collection holds documents of one type")
}

fn read(path: &Path) -> anyhow::Result<Documents> {
    let mut documents = Documents::new();
    if !path.exists() {
        return Ok(documents);
    }
    for line in BufReader::new(File::open(path)?).split(b'\n') {
        let Ok(changes) = serde_json::from_slice::<Vec<Change>>(&line?) else {
            break;
        };
        for (collection, key, value) in changes {
            let collection = documents.entry(collection).or_default();
            match value {
                Some(value) => collection.insert(key, value),
                None => collection.remove(&key),
            };
        }
    }
    Ok(documents)
}

/// Rewrites the file with one line for each document and opens it for what follows.
fn compact(path: &Path, documents: &Documents) -> anyhow::Result<File> {
    let fresh = path.with_extension("new");
    let mut file = BufWriter::new(File::create(&fresh)?);
    for (collection, entries) in documents {
        for (key, value) in entries {
            serde_json::to_writer(&mut file, &[(collection, key, value)])?;
            file.write_all(b"\n")?;
        }
    }
    file.flush()?;
    fs::rename(&fresh, path)?;
    Ok(OpenOptions::new().append(true).open(path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_is_there_after_a_restart_and_a_torn_line_is_not() {
        let path = std::env::temp_dir().join(format!("sandbox-state-{}", std::process::id()));
        let state = State::open(Some(&path)).unwrap();
        state.change(|tx| {
            tx.put("a", "1", &"one");
            tx.put("a", "2", &"two");
            tx.delete("a", "1");
            tx.next_number("n");
        });
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(br#"[["a","3","thr"#).unwrap();
        drop(state);

        let state = State::open(Some(&path)).unwrap();
        assert_eq!(state.list::<String>("a"), ["two"]);
        assert_eq!(state.change(|tx| tx.next_number("n")), 2);
        fs::remove_file(path).unwrap();
    }
}
