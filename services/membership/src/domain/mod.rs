//! Rules, apart from I/O.
