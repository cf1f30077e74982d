//! A label printer on a port of this machine: reads TSPL by the rule of printing.md §11.1.

use std::{net::SocketAddr, sync::Arc};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// A printer; it is off once it is dropped.
pub struct LabelPrinter {
    addr: SocketAddr,
    state: Arc<State>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct State {
    labels: Mutex<Vec<String>>,
    /// Words of the commands that were read.
    commands: Mutex<Vec<String>>,
    /// What it says when it is asked.
    status: Mutex<Option<u8>>,
}

impl LabelPrinter {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let state = Arc::new(State {
            status: Mutex::new(Some(0)),
            ..State::default()
        });
        let task = tokio::spawn(serve(listener, state.clone()));
        Self { addr, state, task }
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What stands on the labels that have come out.
    pub fn labels(&self) -> Vec<String> {
        self.state.labels.lock().clone()
    }

    pub fn commands(&self) -> Vec<String> {
        self.state.commands.lock().clone()
    }

    pub fn set_status(&self, status: Option<u8>) {
        *self.state.status.lock() = status;
    }
}

impl Drop for LabelPrinter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        read(stream, &state).await;
    }
}

async fn read(stream: TcpStream, state: &State) -> Option<()> {
    let (stream, mut answers) = stream.into_split();
    let mut stream = BufReader::new(stream);
    let mut picture = String::new();
    loop {
        if *stream.fill_buf().await.ok()?.first()? == 0x1B {
            let mut question = [0; 3];
            stream.read_exact(&mut question).await.ok()?;
            assert_eq!(question, [0x1B, 0x21, 0x3F]);
            let status = *state.status.lock();
            if let Some(status) = status {
                answers.write_all(&[status]).await.ok()?;
            }
            continue;
        }
        let mut word = Vec::new();
        loop {
            let byte = stream.read_u8().await.ok()?;
            word.push(byte);
            if byte == b'\n' || word == b"BITMAP " {
                break;
            }
        }
        let word = String::from_utf8(word).unwrap();
        if word == "BITMAP " {
            let mut numbers = Vec::new();
            for _ in 0..5 {
                let mut number = Vec::new();
                stream.read_until(b',', &mut number).await.ok()?;
                let digits = std::str::from_utf8(&number[..number.len() - 1]).unwrap();
                numbers.push(digits.parse::<usize>().unwrap());
            }
            let mut bits = vec![0; numbers[2] * numbers[3]];
            stream.read_exact(&mut bits).await.ok()?;
            let text = bits.split(|byte| *byte == b'\r').next().unwrap();
            picture = String::from_utf8_lossy(text).into_owned();
            continue;
        }
        let line = word.trim_end();
        if line == "CLS" {
            picture.clear();
        }
        if let Some(counts) = line.strip_prefix("PRINT ") {
            let times: usize = counts
                .split(',')
                .map(|count| count.parse::<usize>().unwrap())
                .product();
            state
                .labels
                .lock()
                .extend(std::iter::repeat_n(picture.clone(), times));
        }
        if !line.is_empty() {
            state.commands.lock().push(line.to_owned());
        }
    }
}
