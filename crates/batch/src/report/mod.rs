//! stub
/// stub
#[derive(Debug)]
pub struct Report;
/// stub
#[derive(Debug)]
pub struct ReportRow;
