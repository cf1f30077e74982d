//! proto ↔ domain; no rules, no SQL.

mod agent_line;
mod agent_service;
mod agent_wire;
mod cloud_account_service;
mod convert;
mod device_service;
mod prep_lists;
mod print_job_service;
mod print_point_service;
mod print_routes;
mod request;
mod template_convert;
mod template_service;

pub use agent_service::AgentService;
pub use cloud_account_service::CloudAccountService;
pub use device_service::DeviceService;
pub use print_job_service::PrintJobService;
pub use print_point_service::PrintPointService;
pub use template_service::TemplateService;
