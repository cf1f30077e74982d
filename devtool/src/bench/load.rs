//! A load of HTTP/1.1 clients on kept connections, written to cost little itself.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinHandle,
};

/// What a load measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Good answers a second.
    pub per_second: f64,
    /// Good answers.
    pub answers: u64,
    /// Answers that were no success.
    pub refused: u64,
    /// Median in milliseconds.
    pub p50_ms: f64,
    /// 95th percentile in milliseconds.
    pub p95_ms: f64,
    /// 99th percentile in milliseconds.
    pub p99_ms: f64,
}

impl Measured {
    /// What the times of good answers say; refuses when there is none.
    pub fn of(mut times: Vec<Duration>, refused: u64, elapsed: Duration) -> anyhow::Result<Self> {
        ensure!(
            !times.is_empty(),
            "no request succeeded; {refused} were refused"
        );
        times.sort_unstable();
        let answers = times.len();
        let percentile =
            |share: usize| milliseconds(times[(answers * share / 100).min(answers - 1)]);
        Ok(Self {
            per_second: count(answers as u64) / elapsed.as_secs_f64(),
            answers: answers as u64,
            refused,
            p50_ms: percentile(50),
            p95_ms: percentile(95),
            p99_ms: percentile(99),
        })
    }
}

/// The round with the middle share of what its first part reached, since a machine is not the same from one second
/// to the next.
///
/// # Panics
///
/// Without a round.
pub fn middle(rounds: &mut [(Measured, Measured)]) -> &(Measured, Measured) {
    let share = |(floor, ours): &(Measured, Measured)| ours.per_second / floor.per_second;
    rounds.sort_by(|one, other| share(one).total_cmp(&share(other)));
    &rounds[rounds.len() / 2]
}

/// Makes the bytes of a request from its number.
pub type Request = Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync>;

/// Runs that many clients for some time, each sending its next request when the last is answered.
pub async fn run(
    address: &str,
    clients: usize,
    time: Duration,
    request: Request,
) -> anyhow::Result<Measured> {
    run_until(address, clients, tokio::time::sleep(time), request).await
}

/// As [`run`], until `end`.
pub async fn run_until(
    address: &str,
    clients: usize,
    end: impl Future<Output = ()>,
    request: Request,
) -> anyhow::Result<Measured> {
    let load = Load::start(address, clients, u64::MAX, request);
    end.await;
    load.stop.store(true, Ordering::Relaxed);
    load.end().await
}

/// As [`run`], until `requests` are answered in all.
pub async fn run_count(
    address: &str,
    clients: usize,
    requests: u64,
    request: Request,
) -> anyhow::Result<Measured> {
    Load::start(address, clients, requests, request).end().await
}

/// The times of one client's good answers, and how many were refused.
type Answered = (Vec<Duration>, u64);

/// Clients that send.
struct Load {
    begin: Instant,
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<anyhow::Result<Answered>>>,
}

impl Load {
    fn start(address: &str, clients: usize, limit: u64, request: Request) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let counter = Arc::new(AtomicU64::new(0));
        let tasks = (0..clients).map(|_| {
            let client = Client {
                address: address.to_owned(),
                request: request.clone(),
                stop: stop.clone(),
                counter: counter.clone(),
                limit,
            };
            tokio::spawn(client.run())
        });
        Self {
            begin: Instant::now(),
            tasks: tasks.collect(),
            stop,
        }
    }

    async fn end(self) -> anyhow::Result<Measured> {
        let (mut times, mut refused) = (Vec::new(), 0);
        for task in self.tasks {
            let (own, bad) = task.await??;
            times.extend(own);
            refused += bad;
        }
        Measured::of(times, refused, self.begin.elapsed())
    }
}

/// A count as a figure.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a benchmark are far below 2^52"
)]
pub fn count(number: u64) -> f64 {
    number as f64
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

struct Client {
    address: String,
    request: Request,
    stop: Arc<AtomicBool>,
    counter: Arc<AtomicU64>,
    limit: u64,
}

impl Client {
    async fn run(self) -> anyhow::Result<Answered> {
        let mut stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        let mut buffer = Vec::with_capacity(64 << 10);
        let (mut times, mut refused) = (Vec::new(), 0);
        while !self.stop.load(Ordering::Relaxed) {
            let number = self.counter.fetch_add(1, Ordering::Relaxed);
            if number >= self.limit {
                break;
            }
            let bytes = (self.request)(number);
            let begin = Instant::now();
            stream.write_all(&bytes).await?;
            let status = answer(&mut stream, &mut buffer).await?;
            if (200..300).contains(&status) {
                times.push(begin.elapsed());
            } else {
                refused += 1;
            }
        }
        Ok((times, refused))
    }
}

/// Reads one answer with a `content-length` and returns its status.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> anyhow::Result<u16> {
    buffer.clear();
    let head = loop {
        ensure!(
            stream.read_buf(buffer).await? > 0,
            "the server closed the connection"
        );
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let text = std::str::from_utf8(&buffer[..head])?;
    let status = text.split(' ').nth(1).context("no status")?.parse()?;
    let length: usize = text
        .lines()
        .find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse())
        })
        .transpose()?
        .with_context(|| format!("an answer without length: {text}"))?;
    while buffer.len() < head + length {
        ensure!(
            stream.read_buf(buffer).await? > 0,
            "the server closed the connection"
        );
    }
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_times() {
        let times = (1..=100).rev().map(Duration::from_millis).collect();
        let measured = Measured::of(times, 3, Duration::from_secs(2)).unwrap();
        let figures = [measured.p50_ms, measured.p95_ms, measured.p99_ms];
        assert_eq!(figures.map(f64::round), [51.0, 96.0, 100.0]);
        assert_eq!((measured.answers, measured.refused), (100, 3));
        assert!((measured.per_second - 50.0).abs() < 1e-9);
        assert!(Measured::of(Vec::new(), 3, Duration::from_secs(2)).is_err());
    }
}
