//! A slip printer on a port of this machine, which understands what ESC/POS it is sent and keeps its paper.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpSocket, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::Notify,
};

/// A printer; it is off once it is dropped.
pub struct SlipPrinter {
    addr: SocketAddr,
    state: Arc<State>,
    task: tokio::task::JoinHandle<()>,
}

/// What goes on in it.
#[derive(Default)]
struct State {
    papers: Mutex<Vec<String>>,
    /// Every byte it read.
    bytes: Mutex<Vec<u8>>,
    mute: AtomicBool,
    no_paper: AtomicBool,
    cover_open: AtomicBool,
    /// Paper ends once so many slips have come out.
    paper_for: Mutex<Option<usize>>,
    /// It takes no byte.
    stuck: AtomicBool,
    /// It hangs up once it has read so many bytes.
    hangs_up_at: Mutex<Option<usize>>,
    careless: AtomicBool,
    helped: Notify,
}

/// A printer that is off: it has its address, and nobody answers there.
pub struct Off {
    pub addr: SocketAddr,
    socket: TcpSocket,
}

impl Off {
    pub fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let addr = socket.local_addr().unwrap();
        Self { addr, socket }
    }

    pub fn switch_on(self) -> SlipPrinter {
        let listener = self.socket.listen(8).unwrap();
        let state = Arc::new(State::default());
        let task = tokio::spawn(serve(listener, state.clone()));
        SlipPrinter {
            addr: self.addr,
            state,
            task,
        }
    }
}

impl SlipPrinter {
    pub fn start() -> Self {
        Off::new().switch_on()
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What stands on the slips that have come out.
    pub fn papers(&self) -> Vec<String> {
        self.state.papers.lock().clone()
    }

    /// Every byte it has read, but for the questions about its state.
    pub fn bytes(&self) -> Vec<u8> {
        self.state.bytes.lock().clone()
    }

    /// It goes on without paper, as some clones do.
    pub fn goes_on_without_paper(&self) {
        self.state.careless.store(true, SeqCst);
    }

    pub fn answers_nothing(self) -> Self {
        self.state.mute.store(true, SeqCst);
        self
    }

    pub fn takes_nothing(self) -> Self {
        self.state.stuck.store(true, SeqCst);
        self
    }

    pub fn hangs_up_at(&self, bytes: usize) {
        *self.state.hangs_up_at.lock() = Some(bytes);
    }

    pub fn set_paper(&self, there: bool) {
        self.state.no_paper.store(!there, SeqCst);
        self.state.helped.notify_waiters();
    }

    pub fn paper_ends_after(&self, slips: usize) {
        *self.state.paper_for.lock() = Some(slips);
    }

    pub fn set_cover(&self, open: bool) {
        self.state.cover_open.store(open, SeqCst);
        self.state.helped.notify_waiters();
    }
}

impl Drop for SlipPrinter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    // One connection at a time, as such printers do.
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        if state.stuck.load(SeqCst) {
            let _held = stream;
            std::future::pending::<()>().await;
        } else {
            Reader::new(stream, state.clone()).run().await;
        }
    }
}

/// Reads one connection.
struct Reader {
    stream: OwnedReadHalf,
    answers: OwnedWriteHalf,
    state: Arc<State>,
    /// Read, and not executed yet.
    buffered: VecDeque<u8>,
    /// What stands on the slip so far.
    slip: String,
}

impl Reader {
    fn new(stream: TcpStream, state: Arc<State>) -> Self {
        let (stream, answers) = stream.into_split();
        Self {
            stream,
            answers,
            state,
            buffered: VecDeque::new(),
            slip: String::new(),
        }
    }

    async fn run(mut self) {
        while let Some(byte) = self.byte().await {
            let done = match byte {
                0x10 => self.question().await,
                0x1B => self.escape().await,
                0x1D => self.group().await,
                0x0A => Some(()),
                other => panic!("{other:02X} is no command"),
            };
            if done.is_none() {
                break;
            }
        }
    }

    async fn byte(&mut self) -> Option<u8> {
        while self.buffered.is_empty() {
            self.fill().await?;
        }
        let byte = self.buffered.pop_front()?;
        let count = {
            let mut bytes = self.state.bytes.lock();
            bytes.push(byte);
            bytes.len()
        };
        let mut hangs_up_at = self.state.hangs_up_at.lock();
        if hangs_up_at.is_some_and(|at| count >= at) {
            *hangs_up_at = None;
            return None;
        }
        Some(byte)
    }

    async fn fill(&mut self) -> Option<()> {
        let mut buffer = [0; 8_192];
        let read = self.stream.read(&mut buffer).await.ok()?;
        self.buffered.extend(&buffer[..read]);
        (read > 0).then_some(())
    }

    async fn bytes(&mut self, count: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(count);
        for _ in 0..count {
            bytes.push(self.byte().await?);
        }
        Some(bytes)
    }

    async fn answer(&mut self, bytes: &[u8]) -> Option<()> {
        if self.state.mute.load(SeqCst) {
            return Some(());
        }
        self.answers.write_all(bytes).await.ok()
    }

    /// `DLE EOT n` where it stands between commands.
    async fn question(&mut self) -> Option<()> {
        let [4, question] = self.bytes(2).await?[..] else {
            panic!("only DLE EOT is known");
        };
        let kept = self.state.bytes.lock().len() - 3;
        self.state.bytes.lock().truncate(kept);
        self.answer_question(question).await
    }

    async fn answer_question(&mut self, question: u8) -> Option<()> {
        let no_paper = self.state.no_paper.load(SeqCst);
        let open = self.state.cover_open.load(SeqCst);
        let flag = |on: bool, bits: u8| if on { bits } else { 0 };
        let bits = match question {
            1 => flag(no_paper || open, 0x08),
            2 => flag(open, 0x04) | flag(no_paper, 0x20),
            4 => flag(no_paper, 0x60),
            other => panic!("question {other} is unknown"),
        };
        self.answer(&[0x12 | bits]).await
    }

    async fn escape(&mut self) -> Option<()> {
        match self.byte().await? {
            0x40 => self.slip.clear(),
            0x4A | 0x64 => {
                self.byte().await?;
            }
            other => panic!("ESC {other:02X} is no command"),
        }
        Some(())
    }

    async fn group(&mut self) -> Option<()> {
        match self.byte().await? {
            // GS v 0: what the first row says until a zero.
            0x76 => {
                let head = self.bytes(6).await?;
                let across = usize::from(u16::from_le_bytes([head[2], head[3]]));
                let rows = usize::from(u16::from_le_bytes([head[4], head[5]]));
                let picture = self.bytes(across * rows).await?;
                let text = picture
                    .iter()
                    .take_while(|byte| byte.is_ascii_graphic() || **byte == b' ');
                self.slip.extend(text.map(|byte| char::from(*byte)));
                Some(())
            }
            0x56 => {
                self.bytes(2).await?;
                self.cut().await
            }
            0x72 => {
                self.byte().await?;
                self.until_helped().await?;
                self.answer(&[0x00]).await
            }
            0x28 => {
                let head = self.bytes(5).await?;
                assert_eq!(head, [0x48, 6, 0, 0x30, 0x30], "GS ( H with a process id");
                let id = self.bytes(4).await?;
                self.until_helped().await?;
                self.answer(&[&[0x37, 0x22], &id[..], &[0]].concat()).await
            }
            other => panic!("GS {other:02X} is no command"),
        }
    }

    async fn cut(&mut self) -> Option<()> {
        self.until_helped().await?;
        let slip = std::mem::take(&mut self.slip);
        self.state.papers.lock().push(slip);
        let mut paper_for = self.state.paper_for.lock();
        if paper_for.is_some_and(|slips| self.state.papers.lock().len() >= slips) {
            *paper_for = None;
            self.state.no_paper.store(true, SeqCst);
        }
        Some(())
    }

    /// Nothing is executed without paper, but questions are answered at once.
    async fn until_helped(&mut self) -> Option<()> {
        let state = self.state.clone();
        loop {
            let helped = state.helped.notified();
            while let Some(question) = self.take_question() {
                self.answer_question(question).await?;
            }
            let trouble = state.no_paper.load(SeqCst) || state.cover_open.load(SeqCst);
            if !trouble || state.careless.load(SeqCst) {
                return Some(());
            }
            tokio::select! {
                () = helped => {}
                read = self.fill() => read?,
            }
        }
    }

    /// A question among what waits to be executed, where no picture is.
    fn take_question(&mut self) -> Option<u8> {
        let waiting = self.buffered.make_contiguous();
        let at = waiting
            .windows(3)
            .position(|three| three[..2] == [0x10, 4])?;
        let question = waiting[at + 2];
        self.buffered.drain(at..at + 3);
        Some(question)
    }
}
