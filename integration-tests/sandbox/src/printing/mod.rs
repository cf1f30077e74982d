//! Printing: the clouds of printers' vendors, and virtual printers that stand in a branch.
//!
//! What any of them prints lies in one [`tray::Tray`], which the page of the virtual printers shows.

pub mod canvas;
mod cloud;
pub mod feie;
mod markup;
pub mod printers;
pub mod tray;
pub mod xpyun;
