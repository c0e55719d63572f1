//! A shared case, as it lies on disk.

use std::fs;
use std::path::{Path, PathBuf};

use http::Response;
use serde_json::Value;
use zoomout_core::{Api, ApiKey, Fields};

/// One case.
pub(crate) struct Case {
    name: String,
    pub(crate) given: Value,
    pub(crate) expected: Value,
}

impl Case {
    pub(crate) fn of_kind(kind: &str) -> Vec<Self> {
        Self::files()
            .into_iter()
            .filter(|(_, json)| json["kind"] == kind)
            .map(|(path, json)| Self {
                name: path.display().to_string(),
                given: json["given"].clone(),
                expected: json["expected"].clone(),
            })
            .collect()
    }

    /// Every case with its path.
    pub(crate) fn files() -> Vec<(PathBuf, Value)> {
        let folders =
            fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
        let files =
            folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
        files.map(|path| (path.clone(), read(&path))).collect()
    }

    /// Every member that the case lists must be so.
    pub(crate) fn compare(&self, actual: &Value) {
        self.compare_members(&self.expected, actual);
    }

    /// Nothing else may be there, either.
    pub(crate) fn compare_exactly(&self, actual: &Value) {
        assert_eq!(actual, &self.expected, "{}", self.name);
    }

    /// The error that the case expects, if it expects one, must be this one.
    pub(crate) fn compare_error(&self, actual: &Value) {
        assert!(!self.expected["error"].is_null(), "{}: unexpected {actual}", self.name);
        self.compare_members(&self.expected["error"], actual);
    }

    fn compare_members(&self, expected: &Value, actual: &Value) {
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&actual[name], value, "{}: {name} in {actual}", self.name);
        }
    }
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

pub(crate) fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A ratio, with the spellings of what JSON cannot write.
pub(crate) fn ratio(value: &Value) -> Option<f64> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.parse().unwrap()),
        number => Some(number.as_f64().unwrap()),
    }
}

/// The loosely typed fields of a request.
pub(crate) fn fields(value: &Value) -> Fields {
    let members = value.as_object().unwrap().iter();
    members.fold(Fields::new(), |fields, (name, value)| match name.as_str() {
        "zoom_ratio" => fields.with_given(name, ratio(value)),
        "extra" => value
            .as_object()
            .unwrap()
            .iter()
            .fold(fields, |fields, (name, value)| fields.with_extra(name, value.clone())),
        _ => fields.with(name, value.clone()),
    })
}

/// The answer that a case describes.
pub(crate) fn response(answer: &Value) -> Response<Vec<u8>> {
    let mut response = Response::builder().status(u16::try_from(answer["status"].as_u64().unwrap()).unwrap());
    for (name, value) in answer["headers"].as_object().unwrap() {
        response = response.header(name, value.as_str().unwrap());
    }
    let body = match &answer["body"] {
        Value::String(text) => text.clone(),
        json => json.to_string(),
    };
    response.body(body.into_bytes()).unwrap()
}

/// The account of all cases.
pub(crate) fn api() -> Api {
    Api::new(ApiKey::new("sk-shared-case").unwrap())
}
