//! Looks at a repository and drafts its first process.

use serde::Serialize;

use crate::repository::Repository;
use crate::step::StepError;

/// stub until the survey arrives
pub struct Survey;

/// stub
#[derive(Serialize)]
pub struct Question {
    /// a
    pub about: String,
    /// b
    pub text: String,
    /// c
    pub way_out: String,
}

/// stub
pub struct Draft {
    /// a
    pub text: String,
    /// b
    pub found: Vec<String>,
    /// c
    pub questions: Vec<Question>,
}

/// stub
///
/// # Errors
/// never
pub fn survey(_repository: &Repository) -> Result<Survey, StepError> {
    Ok(Survey)
}

/// stub
pub fn draft(_survey: &Survey) -> Draft {
    Draft { text: String::new(), found: vec![], questions: vec![] }
}
