//! The only place that knows tables. Functions take the transaction, never the pool.

mod words;

pub mod agents;
pub mod branches;
pub mod cloud_accounts;
pub mod cloud_devices;
pub mod cloud_orders;
pub mod data_keys;
pub mod device_states;
pub mod devices;
pub mod due_print_jobs;
pub mod orders;
pub mod print_attempts;
pub mod print_jobs;
pub mod print_points;
pub mod print_rules;
pub mod templates;
