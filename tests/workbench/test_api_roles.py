"""Who may do what by the API: this table says it, and an operation without a line fails."""

from __future__ import annotations

import re

import pytest

from dialer.actions.access import add_token
from dialer.actions.actor import SETUP
from tests.factories import MORNING
from workbench.api.endpoints import ENDPOINTS
from workbench.auth import limiter

pytestmark = pytest.mark.web

ROLES = ("agent", "supervisor", "manager", "admin")
MATRIX = """
-xxx GET /accounts/<int:account_id>/outlook
-xxx POST /accounts/find
--xx GET /agreements
--xx POST /agreements
-xxx POST /amd-sample/<attempt_id>
-xxx GET /buckets
-xxx GET /campaigns
--xx POST /campaigns
-xxx GET /campaigns/<int:campaign_id>/abandonment
-xxx POST /campaigns/<int:campaign_id>/amd-sample
-xxx GET /campaigns/<int:campaign_id>/lint
--xx PUT /campaigns/<int:campaign_id>/lists
-xxx GET /campaigns/<int:campaign_id>/pacing
-xxx POST /campaigns/<int:campaign_id>/pause
--xx PUT /campaigns/<int:campaign_id>/message
--xx PUT /campaigns/<int:campaign_id>/pool
-xxx GET /campaigns/<int:campaign_id>/rules
--xx PUT /campaigns/<int:campaign_id>/rules
--xx PUT /campaigns/<int:campaign_id>/screening
--xx PUT /campaigns/<int:campaign_id>/script
--xx POST /campaigns/<int:campaign_id>/start
--xx POST /campaigns/<int:campaign_id>/uploads
-xxx GET /campaigns/<int:campaign_id>/waterfall
--xx PUT /campaigns/<int:campaign_id>/weight
--xx POST /cases/<int:case_id>/recall
-xxx GET /complaints
-xxx POST /complaints
-xxx POST /complaints/<int:complaint_id>/answer
-xxx POST /consents
xxxx POST /consents/<int:consent_id>/revoke
-xxx POST /contacts
-xxx POST /contacts/<contact_id>/close
xxxx POST /contacts/check
--xx GET /costs
--xx POST /costs
-xxx GET /creditors
--xx POST /creditors
--xx PUT /creditors/<int:creditor_id>/buckets
--xx PUT /creditors/<int:creditor_id>/promise-terms
--xx PUT /creditors/<int:creditor_id>/recordings
-xxx GET /debtors/<int:debtor_id>/timeline
xxxx POST /dials
xxxx GET /dials/<int:request_id>
xxxx POST /dials/<int:request_id>/cancel
-xxx GET /disputes
-xxx POST /disputes
-xxx POST /disputes/<int:dispute_id>/answer
-xxx POST /disputes/<int:dispute_id>/resolve
-xxx GET /holds
-xxx POST /holds
-xxx POST /holds/<int:hold_id>/release
-xxx GET /metrics
-xxx GET /notes
xxxx POST /notes
-xxx GET /numbers
--xx POST /numbers
--xx PUT /numbers/<int:number_id>
--xx POST /numbers/<int:number_id>/rest
-xxx GET /offers
xxxx POST /offers
-xxx POST /offers/<int:offer_id>/decide
xxxx POST /opt-outs
-xxx POST /opt-outs/<int:opt_out_id>/withdraw
-xxx GET /overrides
-xxx POST /overrides
--xx POST /overrides/<int:override_id>/approve
--xx GET /payment-files
--xx POST /payment-files
--xx GET /payments
--xx POST /payments
-xxx GET /phones
-xxx POST /phones/<int:phone_id>/ground
-xxx GET /placements
--xx POST /placements
--xx GET /placements/<int:placement_id>/close-out
--xx POST /placements/<int:placement_id>/recall
-xxx GET /plans
xxxx POST /plans
-xxx GET /pools
--xx POST /pools
--xx PUT /pools/<int:pool_id>
-xxx GET /promises
-xxx POST /promises/<int:promise_id>/cancel
xxxx POST /promises/<int:promise_id>/renegotiate
-xxx GET /recordings/<attempt_id>
-xxx PUT /recordings/<attempt_id>/hold
-xxx GET /recordings/<attempt_id>/sound
-xxx POST /recordings/find
--xx GET /report-files
--xx POST /report-files
--xx GET /report-files/<int:file_id>
--xx POST /report-files/<int:file_id>/cancel
--xx GET /report-files/<int:file_id>/content
--xx GET /report-schedules
--xx POST /report-schedules
--xx DELETE /report-schedules/<int:schedule_id>
-xxx GET /prompts
--xx POST /prompts
--xx DELETE /prompts/<int:prompt_id>
-xxx GET /prompts/<int:prompt_id>/sound
--xx POST /prompts/upload
-xxx GET /reports/agents
-xxx GET /reports/campaigns
--xx GET /reports/creditors/<int:creditor_id>
-xxx GET /reports/creditors/<int:creditor_id>/compliance
-xxx GET /reports/numbers
-xxx GET /seats
-xxx GET /suppressions
-xxx POST /suppressions
--xx GET /suspense
--xx POST /suspense/<int:payment_id>/assign
---x GET /tokens
---x POST /tokens
---x DELETE /tokens/<int:token_id>
-xxx GET /trainings
-xxx GET /inbound-calls
-xxx GET /trunks
--xx POST /trainings
--xx GET /uploads/<int:upload_id>
--xx POST /uploads/<int:upload_id>/cancel
--xx POST /uploads/<int:upload_id>/commit
--xx POST /uploads/<int:upload_id>/discard
--xx PUT /uploads/<int:upload_id>/list
--xx POST /uploads/<int:upload_id>/mapping
--xx POST /uploads/<int:upload_id>/undo
--xx GET /users
-xxx PUT /users/<int:user_id>/campaigns
-xxx GET /warnings
--xx GET /webhooks
--xx POST /webhooks
--xx DELETE /webhooks/<int:webhook_id>
--xx GET /webhooks/<int:webhook_id>/deliveries
--xx POST /webhooks/<int:webhook_id>/replay
"""
TABLE = {
    line.split(" ", 1)[1]: {role for role, mark in zip(ROLES, line, strict=False) if mark == "x"}
    for line in MATRIX.strip().splitlines()
}


def test_every_operation_has_its_line():
    assert {f"{each.method} {each.path}" for each in ENDPOINTS} == set(TABLE)
    for each in ENDPOINTS:
        assert {*each.roles, "admin"} == TABLE[f"{each.method} {each.path}"], each.path


@pytest.mark.parametrize("role", ROLES)
def test_every_role_at_every_door(office, role):
    """Asked for real, with a token of the role: 403 where the table has no x, and nowhere else."""
    limiter.reset()
    token = add_token(office.sessions, SETUP, role, "test", MORNING)
    client = office.app.test_client()
    for each in ENDPOINTS:
        path = re.sub(r"<(?:\w+:)?\w+>", "999", each.path)
        answer = client.open(
            f"/api/v1{path}", method=each.method,
            json={} if each.method in ("POST", "PUT") else None,
            headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"},
        )  # fmt: skip
        may = role in TABLE[f"{each.method} {each.path}"]
        assert (answer.status_code == 403) == (not may), (each.path, answer.status_code)
        assert answer.status_code < 500, each.path
        if answer.status_code >= 400:
            error = answer.get_json()["error"]
            assert set(error) == {"code", "text"}
            assert not re.search("[一-鿿]", error["text"]), error
