//! USB printers: the printer class, a bulk endpoint out and mostly one in.

use std::{io, time::Duration};

use async_trait::async_trait;
use nusb::{
    DeviceInfo, Endpoint, Interface,
    descriptors::TransferType,
    transfer::{
        Buffer, Bulk, ControlIn, ControlType, Direction, In, Out, Recipient, TransferError,
    },
};

use super::{Connection, Connector};

/// The printer class.
const PRINTER_CLASS: u8 = 7;
/// `GET_PORT_STATUS` of the printer class.
const GET_PORT_STATUS: u8 = 1;
const STATUS_WAIT: Duration = Duration::from_secs(1);
/// Bytes of one transfer out: small, so that one that stalls says how far it came.
const OUT_BYTES: usize = 4_096;

/// A printer by its ids.
#[derive(Debug)]
pub(crate) struct Usb {
    vendor: u16,
    product: u16,
    serial: Option<String>,
}

impl Usb {
    pub(crate) fn new(vendor: u16, product: u16, serial: Option<String>) -> Self {
        Self {
            vendor,
            product,
            serial,
        }
    }

    fn is(&self, found: &DeviceInfo) -> bool {
        let serial = self.serial.as_deref();
        found.vendor_id() == self.vendor
            && found.product_id() == self.product
            && serial.is_none_or(|serial| found.serial_number() == Some(serial))
    }
}

#[async_trait]
impl Connector for Usb {
    async fn connect(&self) -> io::Result<Box<dyn Connection>> {
        let found = nusb::list_devices().await?.find(|found| self.is(found));
        let found = found.ok_or_else(|| absent("no such device is plugged in"))?;
        let number = found
            .interfaces()
            .find(|interface| interface.class() == PRINTER_CLASS)
            .map(|interface| interface.interface_number())
            .ok_or_else(|| absent("the device is no printer"))?;
        let device = found.open().await?;
        // The kernel's own driver of printers is let go while we print.
        let interface = device.detach_and_claim_interface(number).await?;
        Ok(Box::new(UsbConnection::open(interface)?))
    }
}

fn absent(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, why)
}

struct UsbConnection {
    interface: Interface,
    out: Endpoint<Bulk, Out>,
    back: Option<Endpoint<Bulk, In>>,
}

impl UsbConnection {
    fn open(interface: Interface) -> io::Result<Self> {
        let described = interface
            .descriptor()
            .ok_or_else(|| absent("the printer describes no interface"))?;
        let find = |direction| {
            described
                .endpoints()
                .filter(|endpoint| endpoint.transfer_type() == TransferType::Bulk)
                .find(|endpoint| endpoint.direction() == direction)
                .map(|endpoint| endpoint.address())
        };
        let out = find(Direction::Out).ok_or_else(|| absent("the printer takes no bytes"))?;
        let out = interface.endpoint::<Bulk, Out>(out)?;
        let back = match find(Direction::In) {
            Some(address) => Some(interface.endpoint::<Bulk, In>(address)?),
            None => None,
        };
        Ok(Self {
            interface,
            out,
            back,
        })
    }
}

#[async_trait]
impl Connection for UsbConnection {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let part = &bytes[..bytes.len().min(OUT_BYTES)];
        self.out.submit(Buffer::from(part.to_vec()));
        let done = self.out.next_complete().await;
        done.status.map_err(failure)?;
        Ok(done.actual_len)
    }

    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(back) = &mut self.back else {
            return std::future::pending().await;
        };
        loop {
            if back.pending() == 0 {
                back.submit(Buffer::new(back.max_packet_size()));
            }
            let done = back.next_complete().await;
            done.status.map_err(failure)?;
            let came = done.actual_len.min(buffer.len());
            // An empty packet is a printer that has nothing to say, not its end.
            if came > 0 {
                buffer[..came].copy_from_slice(&done.buffer[..came]);
                return Ok(came);
            }
        }
    }

    async fn port_status(&mut self) -> Option<u8> {
        let asked = ControlIn {
            control_type: ControlType::Class,
            recipient: Recipient::Interface,
            request: GET_PORT_STATUS,
            value: 0,
            index: u16::from(self.interface.interface_number()),
            length: 1,
        };
        let answer = self.interface.control_in(asked, STATUS_WAIT).await;
        answer.ok().and_then(|bytes| bytes.first().copied())
    }

    async fn close(mut self: Box<Self>) {
        self.out.cancel_all();
        if let Some(back) = &mut self.back {
            back.cancel_all();
        }
    }
}

fn failure(error: TransferError) -> io::Error {
    let kind = match error {
        TransferError::Disconnected => io::ErrorKind::NotConnected,
        TransferError::Cancelled => io::ErrorKind::Interrupted,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}
