//! Values as Helm puts them together: a person's over the chart's, a chart's over those of the charts in it.

use serde_json::{Map, Value as Json};

use super::load::Chart;
use super::metadata::Dependency;
use super::range;

/// The key whose values every chart sees.
const GLOBAL: &str = "global";

/// A chart, and those of the charts in it that take part.
pub(super) struct Branch<'c> {
    /// The key of values that it goes by; its own name, or its alias.
    pub(super) name: String,
    pub(super) chart: &'c Chart,
    pub(super) below: Vec<Branch<'c>>,
    dependency: Option<&'c Dependency>,
}

impl<'c> Branch<'c> {
    /// A chart with all charts in it.
    pub(super) fn new(chart: &'c Chart) -> Self {
        Self::called(chart.metadata.name.clone(), chart, None)
    }

    fn called(name: String, chart: &'c Chart, dependency: Option<&'c Dependency>) -> Self {
        let mut below = Vec::new();
        for (index, dependency) in chart.metadata.dependencies.iter().enumerate() {
            let vendored = chart.vendored.iter().find(|there| is_meant(dependency, there));
            if let Some(there) = vendored.or_else(|| chart.linked.get(&index)) {
                below.push(Self::called(dependency.called().to_owned(), there, Some(dependency)));
            }
        }
        for there in &chart.vendored {
            if !chart.metadata.dependencies.iter().any(|dependency| is_meant(dependency, there)) {
                below.push(Self::called(there.metadata.name.clone(), there, None));
            }
        }
        Self { name, chart, below, dependency }
    }

    /// Puts values over those of the chart and of the charts in it, and takes out the charts that the values switch off.
    ///
    /// Gives the keys of charts whose values are no mapping; Helm refuses those.
    pub(super) fn put_together(&mut self, over: Map<String, Json>) -> (Map<String, Json>, Vec<String>) {
        let mut all = over.clone();
        coalesce(self, &mut all, &mut Vec::new());
        self.switch(&all, "");
        let (mut values, mut wrong) = (over, Vec::new());
        coalesce(self, &mut values, &mut wrong);
        (values, wrong)
    }

    fn switch(&mut self, all: &Map<String, Json>, path: &str) {
        self.below.retain(|branch| branch.dependency.is_none_or(|dependency| is_on(dependency, all, path)));
        for branch in &mut self.below {
            let path = format!("{path}{}.", branch.name);
            branch.switch(all, &path);
        }
    }
}

fn is_meant(dependency: &Dependency, chart: &Chart) -> bool {
    let version = range::loose(&chart.metadata.version);
    dependency.name == chart.metadata.name
        && version.and_then(|version| range::admits(&dependency.version, &version)) != Some(false)
}

/// The first condition that names a truth value decides; else the tags, of which one that is true is enough; else it is on.
fn is_on(dependency: &Dependency, all: &Map<String, Json>, path: &str) -> bool {
    for condition in dependency.conditions() {
        if let Some(on) = find(all, &format!("{path}{condition}")).and_then(Json::as_bool) {
            return on;
        }
    }
    let tags = dependency.tags.iter().filter_map(|tag| all.get("tags")?.get(tag)?.as_bool());
    let tags: Vec<bool> = tags.collect();
    tags.is_empty() || tags.contains(&true)
}

fn find<'v>(values: &'v Map<String, Json>, path: &str) -> Option<&'v Json> {
    let mut steps = path.split('.');
    let first = values.get(steps.next()?)?;
    steps.try_fold(first, |value, step| value.get(step))
}

fn coalesce(branch: &Branch<'_>, over: &mut Map<String, Json>, wrong: &mut Vec<String>) {
    for (key, default) in branch.chart.defaults() {
        match over.get_mut(&key) {
            None => drop(over.insert(key, default)),
            Some(Json::Null) => drop(over.remove(&key)),
            Some(Json::Object(own)) => {
                // A null for a chart below must last until it meets that chart's own values.
                let keeps_null = branch.below.iter().any(|below| below.name == key);
                if let Json::Object(default) = default {
                    merge(own, default, keeps_null);
                }
            }
            Some(_) => {}
        }
    }
    for below in &branch.below {
        let globals = over.get(GLOBAL).cloned();
        let slot = over.entry(below.name.clone()).or_insert_with(|| Json::Object(Map::new()));
        let Json::Object(own) = slot else {
            wrong.push(below.name.clone());
            continue;
        };
        hand_down(own, globals);
        coalesce(below, own, wrong);
    }
}

/// Puts defaults under values. A null takes a default away.
fn merge(over: &mut Map<String, Json>, under: Map<String, Json>, keeps_null: bool) {
    for (key, default) in under {
        match (over.get_mut(&key), default) {
            (Some(Json::Null), _) if !keeps_null => drop(over.remove(&key)),
            (None, default) => drop(over.insert(key, default)),
            (Some(Json::Object(own)), Json::Object(default)) => merge(own, default, keeps_null),
            _ => {}
        }
    }
}

/// Gives a chart below the globals of the one above, which count more than its own.
fn hand_down(own: &mut Map<String, Json>, above: Option<Json>) {
    let slot = own.entry(GLOBAL).or_insert_with(|| Json::Object(Map::new()));
    let Json::Object(mine) = slot else { return };
    let above = match above {
        None => Map::new(),
        Some(Json::Object(above)) => above,
        Some(_) => return,
    };
    for (key, value) in above {
        match (value, mine.get(&key)) {
            (Json::Object(mut value), Some(Json::Object(old))) => {
                merge(&mut value, old.clone(), true);
                mine.insert(key, Json::Object(value));
            }
            (Json::Object(value), None) => drop(mine.insert(key, Json::Object(value))),
            (Json::Object(_), Some(_)) | (_, Some(Json::Object(_))) => {}
            (value, _) => drop(mine.insert(key, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn mappings_merge_lists_replace_and_null_takes_away() {
        let object = |json: Json| json.as_object().cloned().unwrap_or_default();
        let mut over = object(json!({"a": {"x": null, "y": [3]}, "b": null, "c": 1}));
        merge(&mut over, object(json!({"a": {"x": 1, "y": [1, 2], "z": 0}, "b": 1, "c": {"d": 1}, "e": 5})), false);
        assert_eq!(Json::Object(over), json!({"a": {"y": [3], "z": 0}, "c": 1, "e": 5}));
    }

    #[test]
    fn globals_of_above_count_more() {
        let mut own = json!({"global": {"a": 1, "t": {"x": 1, "y": 1}}}).as_object().cloned().unwrap();
        hand_down(&mut own, Some(json!({"a": 2, "t": {"x": 2}, "n": 3})));
        assert_eq!(own["global"], json!({"a": 2, "n": 3, "t": {"x": 2, "y": 1}}));
    }
}
