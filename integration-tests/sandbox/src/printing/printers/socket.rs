//! A printer on a port: one connection at a time, raw bytes both ways. While it is unwell it answers what
//! is asked at once and keeps everything else.

mod session;

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use self::session::{Next, Session};
use super::{Shared, device, drive::Unit};
use crate::{CONTROL, sandbox::Sandbox};

/// What it keeps unprinted before it stops reading.
const MOST_BUFFERED: usize = 4 << 20;
/// The wait before a port that is taken is tried again.
const AGAIN: Duration = Duration::from_millis(500);

pub async fn listen(sandbox: &Arc<Sandbox>, shared: &Arc<Shared>, unit: &Arc<Unit>) {
    let mut port = device::get(sandbox, &unit.name).map_or(0, |device| device.port);
    loop {
        let is_on = device::get(sandbox, &unit.name).is_some_and(|device| device.power);
        if !is_on {
            *unit.port.lock() = None;
            unit.changed.notified().await;
            continue;
        }
        let host = sandbox.addresses[CONTROL].ip();
        let Ok(listener) = TcpListener::bind((host, port)).await else {
            tokio::time::sleep(AGAIN).await;
            continue;
        };
        // The same port after it was off.
        port = listener.local_addr().map_or(port, |address| address.port());
        *unit.port.lock() = Some(port);
        shared.settled();
        serve(sandbox, shared, unit, &listener).await;
        *unit.port.lock() = None;
    }
}

/// Takes one connection after the other until it is switched off. What it could not print before a line
/// was closed it prints once it is well.
async fn serve(sandbox: &Sandbox, shared: &Shared, unit: &Unit, listener: &TcpListener) {
    let mut kept: Option<Session<'_>> = None;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = unit.changed.notified() => {
                if is_off(sandbox, unit) || !look_again(&mut kept) {
                    return;
                }
                continue;
            }
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(AGAIN).await;
            continue;
        };
        if device::fault(sandbox, &unit.name, "stalls").is_some() {
            // Held open and never read, until something about the printer is changed.
            unit.changed.notified().await;
            drop(stream);
        } else {
            let Some(device) = device::get(sandbox, &unit.name) else {
                return;
            };
            let new = || Session::new(sandbox, shared, &unit.name, device);
            let mut session = kept.take().unwrap_or_else(new);
            if connection(unit, &mut session, stream).await == Next::Off {
                return;
            }
            if session.is_done() {
                session.end();
            } else {
                session.forget_part();
                kept = Some(session);
            }
        }
        if is_off(sandbox, unit) {
            return;
        }
    }
}

/// Lets what was kept be printed; false when the printer has died of it.
fn look_again(kept: &mut Option<Session<'_>>) -> bool {
    let Some(session) = kept else {
        return true;
    };
    if session.look() == Next::Off {
        return false;
    }
    if session.is_done() {
        session.end();
        *kept = None;
    }
    true
}

fn is_off(sandbox: &Sandbox, unit: &Unit) -> bool {
    device::get(sandbox, &unit.name).is_none_or(|device| !device.power)
}

async fn connection(unit: &Unit, session: &mut Session<'_>, mut stream: TcpStream) -> Next {
    let mut bytes = vec![0; 16 << 10];
    loop {
        let next = tokio::select! {
            read = stream.read(&mut bytes), if session.buffered() < MOST_BUFFERED => match read {
                Ok(0) | Err(_) => return Next::Go,
                Ok(count) => session.take(&bytes[..count]),
            },
            () = unit.changed.notified() => session.look(),
        };
        if stream.write_all(&session.replies()).await.is_err() {
            return Next::Go;
        }
        if next == Next::Off {
            return Next::Off;
        }
    }
}
