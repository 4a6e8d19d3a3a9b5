//! What a request's body may say, and how slowly it may come.

pub mod end_user;
pub mod models;
pub mod pace;
pub mod params;
pub mod prompt;
pub mod strict_json;
