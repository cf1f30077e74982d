//! Where the project is, and the folder that holds everything a running platform writes.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

/// This program, the project's root and the home folder of one running platform.
#[derive(Clone, Debug)]
pub struct Home {
    program: PathBuf,
    root: PathBuf,
    folder: PathBuf,
}

impl Home {
    /// Finds the project from the working folder; `DEV_HOME` names another home folder than `.dev`.
    pub fn find() -> anyhow::Result<Self> {
        let root = env::current_dir()?;
        if !root.join("proto/buf.yaml").exists() {
            bail!("run ./dev from the project's root");
        }
        let folder = env::var_os("DEV_HOME").map_or_else(|| root.join(".dev"), PathBuf::from);
        let folder = if folder.is_absolute() {
            folder
        } else {
            root.join(folder)
        };
        Ok(Self {
            program: env::current_exe()?,
            root,
            folder,
        })
    }

    /// A platform of its own beside this one, for tests and benchmarks.
    pub fn beside(&self, name: &str) -> Self {
        Self {
            program: self.program.clone(),
            root: self.root.clone(),
            folder: self.root.join(".dev").join(name),
        }
    }

    /// Where this program was when it began: what it builds may have taken its place since.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The project's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The home folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A path below the home folder, whose parent is made when missing.
    pub fn path(&self, relative: &str) -> anyhow::Result<PathBuf> {
        let path = self.folder.join(relative);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)
                .with_context(|| format!("making the folder {}", parent.display()))?;
        }
        Ok(path)
    }

    /// The log file of a process.
    pub fn log(&self, process: &str) -> anyhow::Result<PathBuf> {
        self.path(&format!("logs/{process}.log"))
    }

    /// Reads a JSON file below the home folder; `None` when it is not there.
    pub fn read<T: serde::de::DeserializeOwned>(&self, name: &str) -> anyhow::Result<Option<T>> {
        let path = self.folder.join(name);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .with_context(|| format!("reading {}", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
        }
    }

    /// Writes a JSON file below the home folder in one step, so that a reader never sees half of it.
    pub fn write<T: serde::Serialize>(&self, name: &str, value: &T) -> anyhow::Result<()> {
        let path = self.path(name)?;
        let draft = path.with_extension("new");
        fs::write(&draft, serde_json::to_vec_pretty(value)?)
            .and_then(|()| fs::rename(&draft, &path))
            .with_context(|| format!("writing {}", path.display()))
    }

    /// Deletes a file below the home folder if it is there.
    pub fn remove(&self, name: &str) -> anyhow::Result<()> {
        match fs::remove_file(self.folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}
