//! A hop before a server that can be cut, as a network is.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Passes connections on until they are cut; new ones are passed on again.
#[derive(Debug)]
pub(crate) struct Proxy {
    addr: SocketAddr,
    cut: watch::Sender<()>,
}

impl Proxy {
    /// A hop before `target`, which lives as long as the test's runtime.
    pub(crate) fn before(target: String) -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let addr = listener.local_addr().unwrap();
        let listener = TcpListener::from_std(listener).unwrap();
        let (cut, was_cut) = watch::channel(());
        tokio::spawn(async move {
            while let Ok((incoming, _)) = listener.accept().await {
                tokio::spawn(pass_on(incoming, target.clone(), was_cut.clone()));
            }
        });
        Self { addr, cut }
    }

    pub(crate) fn port(&self) -> u16 {
        self.addr.port()
    }

    /// Cuts the connections there are.
    pub(crate) fn cut(&self) {
        self.cut.send_replace(());
    }
}

async fn pass_on(mut incoming: TcpStream, target: String, mut cut: watch::Receiver<()>) {
    cut.mark_unchanged();
    let Ok(mut outgoing) = TcpStream::connect(target).await else {
        return;
    };
    tokio::select! {
        _ = copy_bidirectional(&mut incoming, &mut outgoing) => {}
        _ = cut.changed() => {}
    }
}
