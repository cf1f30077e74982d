//! What printers that poll speak: Star's CloudPRNT and Epson's Server Direct Print, without sockets.
//!
//! A request comes in as bytes, with what is known of the job it is about; out come the answer, what it
//! says of the device and what it proves about the job. There is no I/O and no clock here, and nothing
//! of orders: finding the facts, keeping what was proved and rendering is the service's. Everything
//! from outside is bounded before it is read and believed only about the job that its token names.

mod answer;
mod device;
pub mod epson;
mod evidence;
mod mac;
pub mod star;
mod text;
mod token;

pub use answer::{Answer, Malformed};
pub use device::{DeviceReport, DeviceState};
pub use evidence::{Evidence, Handed, Ink, NotPrinted, Phase, Remedy};
pub use mac::{Mac, is_same_device};
pub use token::JobToken;
