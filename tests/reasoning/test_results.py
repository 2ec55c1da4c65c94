"""The results of a batch as Arrow: every status, and evidence where it is needed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from redline.reasoning.infer import Inference, Status, infer
from redline.reasoning.judge import Judgements, judge
from redline.reasoning.plan import make_plan
from redline.reasoning.results import EVIDENCE, evidence_table, status_table
from redline.reasoning.sentences import saying_of
from redline.reasoning.truth import UNKNOWN
from tests.reasoning import generated
from tests.reasoning.world import StatedGround, subjects_of


def answered(n: int = 200) -> tuple[Inference, Judgements, list[str]]:
    book = generated.book_of([generated.simple_rule(i) for i in range(3)])
    plan = make_plan(book, generated.DAY)
    facts = generated.batch(21, n).facts
    subjects = subjects_of(facts, generated.ATTRIBUTES)
    judged = judge(plan, subjects, StatedGround(facts, generated.LAYERS))
    return infer(plan, judged.truths), judged, [f"s{i}" for i in range(n)]


def test_the_table_of_statuses_says_what_the_matrix_says():
    inference, _, ids = answered()
    table = status_table(inference, ids)
    assert table["id"].to_pylist() == ids
    for rule, name in enumerate(table.column_names[1:]):
        assert name.endswith(f".{inference.plan.rules[rule].rule.names.key}")
        expected = [Status(s).name.lower() for s in inference.statuses[:, rule]]
        assert table[name].to_pylist() == expected


def test_evidence_is_about_the_cells_that_need_it_and_no_others():
    inference, judged, _ = answered()
    table = evidence_table(inference, judged)
    assert table.schema.equals(EVIDENCE)
    names = {f"{g.rule.pack}.{g.rule.names.key}": i for i, g in enumerate(inference.plan.rules)}
    cells = {(row["row"], names[row["rule"]]) for row in table.to_pylist()}
    settled = [Status.COMPLIES, Status.NOT_APPLICABLE]
    telling = np.argwhere(~np.isin(inference.statuses, settled))
    assert cells == set(map(tuple, telling.tolist()))
    for row in table.to_pylist():
        assert (
            row["status"] == Status(inference.statuses[row["row"], names[row["rule"]]]).name.lower()
        )
        assert (row["truth"] == "unknown") == (row["status"] == "undetermined")


def test_numbers_stand_where_a_condition_measures_something():
    inference, judged, _ = answered()
    rows = evidence_table(inference, judged).to_pylist()
    said = [saying_of(atom, generated.DAY).statement.en for atom in inference.plan.atoms]
    numbered = 0
    for row in rows:
        measured = judged.measured.get(said.index(row["condition"]))
        if measured is None:
            assert row["value_least"] is row["value_most"] is row["limit_least"] is None
            continue
        for name, column in (
            ("value_least", measured.value.low),
            ("value_most", measured.value.high),
            ("limit_least", measured.limit.low),
            ("limit_most", measured.limit.high),
        ):
            number = column[row["row"]]
            assert row[name] == (number if np.isfinite(number) else None)
            numbered += row[name] is not None
    assert numbered


def test_the_tables_of_parts_make_one_and_survive_a_file(tmp_path: object):
    inference, judged, ids = answered()
    statuses = status_table(inference, ids)
    whole = pa.concat_tables([statuses.slice(0, 90), statuses.slice(90)])
    file = f"{tmp_path}/statuses.parquet"
    pq.write_table(whole, file)
    assert pq.read_table(file).equals(statuses)
    evidence = evidence_table(inference, judged)
    pq.write_table(evidence, file)
    assert pq.read_table(file).to_pylist() == evidence.to_pylist()


def test_a_batch_in_which_all_is_settled_has_no_evidence():
    inference, judged, _ = answered()
    nothing = evidence_table(inference, judged, without=tuple(Status))
    assert nothing.num_rows == 0
    assert nothing.schema.equals(EVIDENCE)
    assert (inference.truths == UNKNOWN).any()
