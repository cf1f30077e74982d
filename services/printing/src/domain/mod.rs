//! Pure types and rules, without I/O.

pub mod agent;
pub mod cloud;
pub mod day_part;
pub mod device;
pub mod document;
pub mod heads;
pub mod job;
pub mod job_refusal;
pub mod order;
pub mod pairing;
pub mod print_point;
pub mod print_rule;
pub mod routing;
pub mod settings;
pub mod template;

#[cfg(test)]
mod job_tests;
#[cfg(test)]
mod routing_tests;
#[cfg(test)]
mod samples;
