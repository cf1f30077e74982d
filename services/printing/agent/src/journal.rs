//! A file that only grows, so that a step is on the disk before what it allows is done.
//!
//! Each record is its length, its checksum and its bytes. A process that dies while it appends leaves a
//! torn last record, which counts as never written: whatever a record allows is done after it was
//! flushed. The file is written anew beside itself when most of it is of no use any more.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use prost::Message as _;

use crate::record::Record;

const FILE: &str = "journal";
const FRESH_FILE: &str = "journal.new";
const LOCK_FILE: &str = "lock";
/// Tells the file, and the form of its records.
const MAGIC: &[u8; 8] = b"YZPJ0001";
/// Length and checksum.
const FRAME_BYTES: usize = 8;
/// More than the largest job; a length above it is no length.
const LARGEST_RECORD: usize = 3 * 1024 * 1024;

/// An open journal; the folder is ours alone while it lives.
#[derive(Debug)]
pub(crate) struct Journal {
    folder: PathBuf,
    file: File,
    len: u64,
    /// A write or a flush failed, after which nobody knows what is on the disk.
    broken: bool,
    _lock: File,
}

/// What was found in a journal.
#[derive(Debug)]
pub(crate) struct Found {
    /// Every whole record, in order.
    pub(crate) records: Vec<Record>,
    /// Bytes of a torn end, which were cut off.
    pub(crate) torn_bytes: u64,
}

impl Journal {
    /// Opens the journal of `folder`, which is made where it is missing, and reads it. Refuses while
    /// another process has it, and a file that is no journal.
    pub(crate) fn open(folder: &Path) -> io::Result<(Self, Found)> {
        fs::create_dir_all(folder)?;
        let lock = lock(folder)?;
        // One that was not finished; the old one is still whole.
        match fs::remove_file(folder.join(FRESH_FILE)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(folder.join(FILE))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (records, whole) = if bytes.len() < MAGIC.len() {
            if !MAGIC.starts_with(&bytes) {
                return Err(not_a_journal());
            }
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(MAGIC)?;
            (Vec::new(), MAGIC.len())
        } else {
            read(&bytes)?
        };
        let torn_bytes = bytes.len().saturating_sub(whole) as u64;
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::End(0))?;
        file.sync_all()?;
        sync_folder(folder)?;
        let journal = Self {
            folder: folder.to_owned(),
            file,
            len: whole as u64,
            broken: false,
            _lock: lock,
        };
        Ok((
            journal,
            Found {
                records,
                torn_bytes,
            },
        ))
    }

    /// Length of the file.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Appends a record and flushes it to the disk; on an error it counts as never written.
    pub(crate) fn append(&mut self, record: &Record) -> io::Result<()> {
        self.write(record)?;
        self.flush()
    }

    /// Appends a record that may be lost.
    pub(crate) fn append_lazily(&mut self, record: &Record) -> io::Result<()> {
        self.write(record)
    }

    /// Replaces everything by `records`.
    pub(crate) fn rewrite(&mut self, records: &[Record]) -> io::Result<()> {
        self.usable()?;
        let fresh = self.folder.join(FRESH_FILE);
        let written = write_whole(&fresh, records);
        let renamed = written.and_then(|written| {
            fs::rename(&fresh, self.folder.join(FILE))?;
            Ok(written)
        });
        match renamed {
            Ok(written) => (self.file, self.len) = written,
            Err(error) => {
                // The old one is whole; what was begun must not fill the disk.
                let _ = fs::remove_file(&fresh);
                return Err(error);
            }
        }
        sync_folder(&self.folder).inspect_err(|_| self.broken = true)
    }

    fn write(&mut self, record: &Record) -> io::Result<()> {
        self.usable()?;
        let frame = frame(record);
        if let Err(error) = self.file.write_all(&frame) {
            // A full disk takes part of a record: the part is cut off, so that the next one can be read.
            let cut = self.file.set_len(self.len);
            let back = self.file.seek(SeekFrom::Start(self.len));
            self.broken = cut.is_err() || back.is_err();
            return Err(error);
        }
        self.len += frame.len() as u64;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.sync_data().inspect_err(|_| self.broken = true)
    }

    fn usable(&self) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("the journal failed before"));
        }
        Ok(())
    }

    /// Whether nothing can be written any more and the process has to begin anew.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }
}

/// Empties a folder whose journal is not open. Refuses while another process has it.
pub(crate) fn discard(folder: &Path) -> io::Result<()> {
    let _lock = lock(folder)?;
    match fs::remove_file(folder.join(FILE)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => sync_folder(folder),
    }
}

fn lock(folder: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(folder.join(LOCK_FILE))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(io::Error::new(
            ErrorKind::ResourceBusy,
            "another agent works in this folder",
        )),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// A new name is on the disk once its folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn write_whole(path: &Path, records: &[Record]) -> io::Result<(File, u64)> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    let mut len = MAGIC.len() as u64;
    file.write_all(MAGIC)?;
    for record in records {
        let frame = frame(record);
        file.write_all(&frame)?;
        len += frame.len() as u64;
    }
    file.sync_all()?;
    Ok((file, len))
}

fn frame(record: &Record) -> Vec<u8> {
    let payload = record.encode_to_vec();
    let mut frame = Vec::with_capacity(FRAME_BYTES + payload.len());
    let len = u32::try_from(payload.len()).expect("a record is far below 4 GiB");
    frame.extend(len.to_le_bytes());
    frame.extend(crc32fast::hash(&payload).to_le_bytes());
    frame.extend(payload);
    frame
}

/// Every whole record, and where the last one ends.
fn read(bytes: &[u8]) -> io::Result<(Vec<Record>, usize)> {
    if !bytes.starts_with(MAGIC) {
        return Err(not_a_journal());
    }
    let mut records = Vec::new();
    let mut at = MAGIC.len();
    while let Some((record, len)) = next(&bytes[at..]) {
        records.push(record);
        at += len;
    }
    Ok((records, at))
}

fn next(bytes: &[u8]) -> Option<(Record, usize)> {
    let (len, rest) = bytes.split_first_chunk()?;
    let (checksum, rest) = rest.split_first_chunk()?;
    let len = u32::from_le_bytes(*len) as usize;
    // What was never written reads as zeros, of which the checksum is right.
    if len == 0 || len > LARGEST_RECORD {
        return None;
    }
    let payload = rest.get(..len)?;
    if crc32fast::hash(payload) != u32::from_le_bytes(*checksum) {
        return None;
    }
    Some((Record::decode(payload).ok()?, FRAME_BYTES + len))
}

fn not_a_journal() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "the spool holds no journal of ours")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;
    use crate::record::{Change, Step};

    fn record(number: i32) -> Record {
        let job_id = "x".repeat(number as usize % 7);
        Change::Told(Step {
            job_id,
            attempt: number,
            copy: 0,
        })
        .into()
    }

    fn written(records: &[Record]) -> (TempDir, Vec<u64>) {
        let folder = TempDir::new().unwrap();
        let (mut journal, _) = Journal::open(folder.path()).unwrap();
        let mut ends = vec![journal.len()];
        for record in records {
            journal.append(record).unwrap();
            ends.push(journal.len());
        }
        (folder, ends)
    }

    proptest! {
        /// Wherever a journal is cut, and whatever stands behind the cut, what was whole is read and the
        /// next record can be appended.
        #[test]
        fn a_cut_journal_keeps_what_was_whole(
            count in 0_usize..12,
            cut in any::<prop::sample::Index>(),
            garbage in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let records: Vec<_> = (1..=count as i32).map(record).collect();
            let (folder, ends) = written(&records);
            let path = folder.path().join(FILE);
            let mut bytes = fs::read(&path).unwrap();
            bytes.truncate(MAGIC.len() + cut.index(bytes.len() - MAGIC.len() + 1));
            let whole = ends.iter().filter(|end| **end <= bytes.len() as u64).count() - 1;
            bytes.extend(garbage);
            fs::write(&path, bytes).unwrap();

            let (mut journal, found) = Journal::open(folder.path()).unwrap();
            prop_assert_eq!(&found.records, &records[..whole]);
            prop_assert_eq!(journal.len(), ends[whole]);
            journal.append(&record(99)).unwrap();
            drop(journal);
            let (_, found) = Journal::open(folder.path()).unwrap();
            prop_assert_eq!(found.records.len(), whole + 1);
            prop_assert_eq!(found.torn_bytes, 0);
        }
    }

    #[test]
    fn a_flipped_bit_ends_what_is_read() {
        let (folder, ends) = written(&[record(1), record(2), record(3)]);
        let path = folder.path().join(FILE);
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(&path, bytes).unwrap();
        let (_, found) = Journal::open(folder.path()).unwrap();
        assert_eq!(found.records, [record(1), record(2)]);
        assert_eq!(found.torn_bytes, ends[3] - ends[2]);
    }

    #[test]
    fn zeros_behind_the_end_are_no_records() {
        let (folder, _) = written(&[record(1)]);
        let path = folder.path().join(FILE);
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend([0; 4_096]);
        fs::write(&path, bytes).unwrap();
        let (_, found) = Journal::open(folder.path()).unwrap();
        assert_eq!(found.records, [record(1)]);
    }

    #[test]
    fn a_journal_written_anew_holds_what_it_was_given_and_grows_on() {
        let (folder, _) = written(&[record(1), record(2)]);
        let (mut journal, _) = Journal::open(folder.path()).unwrap();
        journal.rewrite(&[record(5)]).unwrap();
        journal.append(&record(6)).unwrap();
        drop(journal);
        // Killed while it wrote another one.
        fs::write(folder.path().join(FRESH_FILE), b"YZPJ0001\x09\0").unwrap();
        let (journal, found) = Journal::open(folder.path()).unwrap();
        assert_eq!(found.records, [record(5), record(6)]);
        let path = folder.path().join(FILE);
        assert_eq!(journal.len(), fs::metadata(path).unwrap().len());
        assert!(!folder.path().join(FRESH_FILE).exists());
    }

    #[test]
    fn a_folder_has_one_agent_and_its_file_is_a_journal() {
        let (folder, _) = written(&[]);
        let (journal, _) = Journal::open(folder.path()).unwrap();
        let second = Journal::open(folder.path()).unwrap_err();
        assert_eq!(second.kind(), ErrorKind::ResourceBusy);
        drop(journal);
        fs::write(folder.path().join(FILE), b"a shopping list").unwrap();
        let foreign = Journal::open(folder.path()).unwrap_err();
        assert_eq!(foreign.kind(), ErrorKind::InvalidData);
    }
}
