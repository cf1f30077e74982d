//! Printers on port 9100: raw bytes, no frames.

use std::{io, time::Duration};

use async_trait::async_trait;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream, lookup_host},
    time::timeout,
};

use super::{Connection, Connector};

/// How long a printer may take to close its side.
const FAREWELL: Duration = Duration::from_secs(2);

/// Bytes that the system may keep on their way: few, so that a printer that takes no more is noticed and
/// what was written is nearly there.
const SEND_BUFFER: u32 = 32 * 1024;

/// A printer at a host and port.
#[derive(Debug)]
pub(crate) struct Tcp {
    place: String,
    wait: Duration,
}

impl Tcp {
    pub(crate) fn new(place: String, wait: Duration) -> Self {
        Self { place, wait }
    }
}

#[async_trait]
impl Connector for Tcp {
    async fn connect(&self) -> io::Result<Box<dyn Connection>> {
        let stream = timeout(self.wait, self.open()).await??;
        stream.set_nodelay(true)?;
        Ok(Box::new(TcpConnection(stream)))
    }
}

impl Tcp {
    async fn open(&self) -> io::Result<TcpStream> {
        let mut failure = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        for addr in lookup_host(&self.place).await? {
            let socket = if addr.is_ipv4() {
                TcpSocket::new_v4()?
            } else {
                TcpSocket::new_v6()?
            };
            socket.set_send_buffer_size(SEND_BUFFER)?;
            match socket.connect(addr).await {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }
}

struct TcpConnection(TcpStream);

#[async_trait]
impl Connection for TcpConnection {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).await
    }

    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).await
    }

    async fn port_status(&mut self) -> Option<u8> {
        None
    }

    /// Closing while bytes of the printer are unread makes the system send a reset, upon which printers
    /// drop what they have not printed.
    async fn close(mut self: Box<Self>) {
        let farewell = async {
            self.0.shutdown().await?;
            let mut rest = [0; 64];
            while self.0.read(&mut rest).await? > 0 {}
            io::Result::Ok(())
        };
        let _ = timeout(FAREWELL, farewell).await;
    }
}
