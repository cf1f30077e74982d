//! What the platform's processes use: CPU seconds and resident memory, children included.

use std::{collections::BTreeMap, fs};

use anyhow::Context as _;

use super::load::count;
use crate::{home::Home, supervise::PROCESSES};

/// CPU seconds since their start, by process of the platform.
pub fn cpu_seconds(home: &Home) -> anyhow::Result<BTreeMap<String, f64>> {
    by_process(home, seconds)
}

/// Resident memory in MiB, by process of the platform.
pub fn resident_mib(home: &Home) -> anyhow::Result<BTreeMap<String, f64>> {
    by_process(home, |stat| {
        let pages: u64 = stat.get(21).and_then(|text| text.parse().ok()).unwrap_or(0);
        count(pages) * 4.0 / 1024.0
    })
}

/// CPU seconds of this process, which makes the load.
pub fn own_cpu_seconds() -> anyhow::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, rest) = stat.rsplit_once(") ").context("/proc/self/stat is odd")?;
    Ok(seconds(&rest.split(' ').collect::<Vec<_>>()))
}

fn seconds(stat: &[&str]) -> f64 {
    let ticks: u64 = [11, 12]
        .iter()
        .filter_map(|at| stat.get(*at)?.parse::<u64>().ok())
        .sum();
    // USER_HZ is 100 on every Linux that matters here.
    count(ticks) / 100.0
}

fn by_process(home: &Home, of: impl Fn(&[&str]) -> f64) -> anyhow::Result<BTreeMap<String, f64>> {
    let processes: BTreeMap<String, u32> = home
        .read(PROCESSES)?
        .context("the supervisor wrote no process ids")?;
    let mut parents = BTreeMap::new();
    let mut figures = BTreeMap::new();
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        let Some((_, rest)) = stat.rsplit_once(") ") else {
            continue;
        };
        let fields: Vec<&str> = rest.split(' ').collect();
        parents.insert(
            pid,
            fields
                .get(1)
                .and_then(|text| text.parse().ok())
                .unwrap_or(0),
        );
        figures.insert(pid, of(&fields));
    }
    let belongs = |mut pid: u32, root: u32| {
        while pid > 1 {
            if pid == root {
                return true;
            }
            pid = parents.get(&pid).copied().unwrap_or(0);
        }
        false
    };
    Ok(processes
        .into_iter()
        .map(|(name, root)| {
            let sum = figures
                .iter()
                .filter(|(pid, _)| belongs(**pid, root))
                .map(|(_, it)| it)
                .sum();
            (name, sum)
        })
        .collect())
}
