//! The way to a printer: bytes out, and where the printer talks, bytes back.

mod tcp;
mod usb;

use std::{io, sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::config::Address;

pub(crate) use tcp::Tcp;
pub(crate) use usb::Usb;

/// Makes connections to one printer.
#[async_trait]
pub(crate) trait Connector: Send + Sync {
    /// A connection; printers have one at a time.
    async fn connect(&self) -> io::Result<Box<dyn Connection>>;
}

/// A connection to a printer.
#[async_trait]
pub(crate) trait Connection: Send {
    /// Hands over some of the bytes and says how many. When it is given up nothing is known of these
    /// bytes, and nothing more can be written.
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Some bytes that the printer sent; 0 when it sends no more. May be given up at any time without
    /// loss.
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// The status byte that USB printers have beside what they say.
    async fn port_status(&mut self) -> Option<u8>;

    /// Ends the connection so that nothing that was handed over is lost.
    async fn close(self: Box<Self>);
}

/// The connector of an address.
pub(crate) fn connector(address: &Address, wait: Duration) -> Arc<dyn Connector> {
    match address {
        Address::Tcp(place) => Arc::new(Tcp::new(place.clone(), wait)),
        Address::Usb {
            vendor,
            product,
            serial,
        } => Arc::new(Usb::new(*vendor, *product, serial.clone())),
    }
}
