//! `./dev`: the whole platform on one machine, and every check of the project.
//!
//! `up` leaves a supervisor behind that owns private PostgreSQL, Redis and RabbitMQ servers and all
//! services; the other words talk to what it wrote into the home folder (`.dev/`). The end-to-end
//! tests use the same pieces. It must never contain anything a service needs to run elsewhere.

pub mod bench;
pub mod build;
pub mod check;
pub mod demo;
pub mod doctor;
pub mod endpoints;
pub mod r#gen;
pub mod home;
pub mod infra;
pub mod install;
pub mod keys;
mod paid;
pub mod ports;
pub mod printers;
pub mod process;
pub mod services;
pub mod shop;
pub mod supervise;
pub mod test;
pub mod trace;
pub mod up;
pub mod vectors;
