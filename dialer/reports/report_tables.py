"""A creditor's report as plain tables: one sheet or CSV file each, in both languages' titles."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dialer.reports.exports import Money, Share, table_csv, table_xlsx

Row = Mapping[str, Any]
# Names that are shares of 1, by how they end; those per hour, call or thousand are not.
SHARES = ("_rate", "_share", "share", "abandonment", "penetration", "_per_dial", "_per_contact",
          "_per_account", "against_target", "_count", "_amount", "cost_to_collect", "amd_off",
          "amd_on")  # fmt: skip


def tables_of(report: dict[str, Any]) -> dict[str, list[Row]]:
    """Sheet -> rows; empty tables are left out."""
    compliance = report["compliance"]
    sheets: dict[str, list[Row]] = {
        "figures": [
            {"figure": name, "value": _cell(name, value, str)}
            for name, value in report["figures"].items()
        ],
        "batches": list(report["batches"]),
        "curve": [
            {"batch_no": one["batch_no"], **point} for one in report["curves"]
            for point in one["points"]
        ],
        "buckets": list(report["buckets"]),
        "roll": list(report["roll"]),
        "vintage": list(report["vintage"]),
        "campaigns": list(report["strategies"]),
        "outcomes": [{"outcome": code, "n": n} for code, n in report["outcomes"].items()],
        "over_time": list(report["over_time"]),
        "abandonment": list(compliance["abandonment"]),
        "pressure": _pressure(compliance["pressure"]),
        "blocks": list(compliance["blocks"]),
        "complaints": [compliance["complaints"]],
        "holds": [{"kind": kind, "n": n} for kind, n in report["holds"].items()],
        "cost": [
            *({"kind": kind, "cost_minor": n} for kind, n in report["cost"]["by_kind"].items()),
            {"kind": "total", "cost_minor": report["cost"]["cost_minor"]},
        ],
    }  # fmt: skip
    return {name: rows for name, rows in sheets.items() if rows}


def _pressure(pressure: dict[str, Any]) -> list[Row]:
    return [
        {"counts": what, "n": row["n"], "debtor_days": row["debtor_days"],
         "limit": pressure[what]["limit"]}
        for what in ("attempts", "effective") for row in pressure[what]["distribution"]
    ]  # fmt: skip


def as_file(report: dict[str, Any], format_: str, words: Callable[[str], str]) -> bytes:
    """xlsx, csv (a zip of one file per table) or json. `words(key)` gives a title for people; json
    keeps the names programs know."""
    if format_ == "json":
        return json.dumps(report, ensure_ascii=False, indent=1, default=str).encode()
    sheets = {
        words(f"sheet.{name}"): _titled(rows, words) for name, rows in tables_of(report).items()
    }
    head = {
        words("report.creditor"): report["creditor"], words("report.from"): report["from"],
        words("report.to"): report["to"],
    }  # fmt: skip
    sheets = {words("sheet.about"): [head], **sheets}
    if format_ == "xlsx":
        return table_xlsx(sheets)
    if format_ != "csv":
        raise ValueError(f"no such format: {format_}")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in sheets.items():
            archive.writestr(f"{name}.csv", table_csv(rows))
    return out.getvalue()


def _titled(rows: Sequence[Row], words: Callable[[str], str]) -> list[dict[str, Any]]:
    return [
        {words(f"report.{name}"): _cell(name, row[name], words) for name in row} for row in rows
    ]


def _cell(name: str, value: Any, words: Callable[[str], str]) -> Any:
    """Codes in words, money in major units: people read these tables, programs read json."""
    if name.endswith("_minor") and isinstance(value, int):
        return Money(value / 100)
    if name.endswith(SHARES) and isinstance(value, int | float):
        return Share(value)
    if name in ("outcome", "reason", "figure") and isinstance(value, str):
        for family in {"outcome": ("outcome",), "reason": ("block",), "figure": ("report",)}[name]:
            known = words(f"{family}.{value}")
            if known != f"{family}.{value}":
                return known
    return value
