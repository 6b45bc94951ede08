"""What somebody who signs in can be. Who may do what stands at each door (workbench)."""

ROLES = ("agent", "supervisor", "manager", "admin", "auditor")
