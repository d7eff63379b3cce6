//! Columns looked at as a whole before any row: what may not be imported, and what is no code.

use super::columns::Mapping;
use super::finding::{Action, Finding, Findings, Severity};
use super::privacy::{mobile_column, refused_header};
use super::source::{Feature, PropValue, Source};
use std::borrow::Cow;
use std::collections::HashSet;

/// The first of the columns in which the feature has a value.
pub(super) fn first<'f>(f: &'f Feature, columns: &[u32]) -> Option<(u32, &'f PropValue)> {
    columns.iter().find_map(|&c| Some((c, f.value(c)?)))
}

/// Takes columns that a project may not hold out of the mapping, and says so of every such column of the file.
pub(super) fn guard_columns(source: &Source, mapping: &mut Mapping, findings: &mut Findings) {
    let mut barred: Vec<u32> = Vec::new();
    for (i, header) in source.columns.iter().enumerate() {
        if refused_header(header) {
            barred.push(i as u32);
            findings.add(
                Finding::new(
                    "private_column",
                    Severity::Warning,
                    Action::Dropped,
                    format!("“{header}”列属于个人信息，未导入"),
                    format!("column \"{header}\" is about persons and is not imported"),
                )
                .of_field(header),
            );
        }
    }
    let places = mapping.street.iter().chain(&mapping.housenumber);
    let named = mapping.code.iter().chain(&mapping.name).chain(mapping.fields.iter().flat_map(|(_, c)| c));
    let mut mapped: Vec<u32> = named.chain(places).copied().collect();
    mapped.sort_unstable();
    mapped.dedup();
    for c in mapped.into_iter().filter(|c| !barred.contains(c)).collect::<Vec<_>>() {
        let texts = source.features.iter().filter_map(|f| match f.value(c) {
            Some(PropValue::Text(t)) => Some(Cow::Borrowed(&**t)),
            Some(v @ PropValue::Int(_)) => Some(v.to_text()),
            _ => None,
        });
        let texts: Vec<Cow<'_, str>> = texts.collect();
        if mobile_column(texts.iter().map(|t| &**t)) {
            barred.push(c);
            let header = source.columns.get(c as usize).map_or("", String::as_str);
            findings.add(
                Finding::new(
                    "phone_column",
                    Severity::Warning,
                    Action::Dropped,
                    format!("“{header}”列多为手机号码，未导入"),
                    format!("column \"{header}\" holds mobile numbers and is not imported"),
                )
                .of_field(header),
            );
        }
    }
    let keep = |c: &u32| !barred.contains(c);
    mapping.code.retain(keep);
    mapping.name.retain(keep);
    mapping.street.retain(keep);
    mapping.housenumber.retain(keep);
    mapping.fields.iter_mut().for_each(|(_, c)| c.retain(keep));
}

/// A guessed code column most of whose values repeat is the number of a class, not a code.
pub(super) fn drop_class_numbers(source: &Source, mapping: &mut Mapping, findings: &mut Findings) {
    if mapping.code_given {
        return;
    }
    mapping.code.retain(|&c| {
        let values: Vec<Cow<'_, str>> = source.features.iter().filter_map(|f| f.value(c)).map(PropValue::to_text).collect();
        let distinct = values.iter().collect::<HashSet<_>>().len();
        let code = values.len() < 10 || distinct * 2 >= values.len();
        if !code {
            let header = source.columns.get(c as usize).map_or("", String::as_str);
            findings.add(
                Finding::new(
                    "code_column",
                    Severity::Info,
                    Action::Dropped,
                    format!("“{header}”列的值大多重复，不作为编码；如需使用请用 --map code={header}"),
                    format!("most values of column \"{header}\" repeat, so it is not taken as code; --map code={header} takes it"),
                )
                .of_field(header),
            );
        }
        code
    });
}
