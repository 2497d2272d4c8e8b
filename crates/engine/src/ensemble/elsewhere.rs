//! Errors between ranks: what arrives is the message of what was sent.

use serde::{Deserialize, Deserializer, Serializer};

use super::EngineError;

/// As its message.
pub fn serialize<S: Serializer>(error: &EngineError, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(error)
}

/// From its message.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EngineError, D::Error> {
    String::deserialize(deserializer).map(|message| EngineError::Elsewhere { message })
}
