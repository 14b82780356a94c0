"""People, sign-ins and the audit log, which the database guards against change."""

import uuid

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.fields
import accounts.models.people
import accounts.validators

GUARD_AUDIT_LOG = """
CREATE FUNCTION accounts_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: % is refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_entry_never_changes
    BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_audit_change();
CREATE TRIGGER audit_log_is_never_emptied
    BEFORE TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_audit_change();
"""
LEAVE_AUDIT_LOG = """
DROP TRIGGER audit_log_is_never_emptied ON accounts_auditentry;
DROP TRIGGER audit_entry_never_changes ON accounts_auditentry;
DROP FUNCTION accounts_refuse_audit_change();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "email",
                    accounts.fields.SignInEmailField(
                        error_messages={"unique": "Somebody uses this address already."},
                        max_length=254,
                        unique=True,
                        verbose_name="e-mail address",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        max_length=150,
                        validators=[accounts.validators.validate_name],
                        verbose_name="name",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("student", "Student"),
                            ("trainer", "Trainer"),
                            ("admin", "Admin"),
                            ("superadmin", "Superadmin"),
                        ],
                        default="student",
                        max_length=12,
                        verbose_name="role",
                    ),
                ),
                (
                    "track",
                    models.CharField(
                        blank=True,
                        max_length=12,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z][A-Z0-9]{1,11}$",
                                "A track code is 2 to 12 capital letters and digits, such as FSD.",
                            )
                        ],
                        verbose_name="main track",
                    ),
                ),
                (
                    "phone",
                    models.CharField(
                        blank=True,
                        max_length=16,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^\\+[1-9][0-9]{6,14}$",
                                "Write the number with its country code, such as +919876543210.",
                            )
                        ],
                        verbose_name="phone",
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        blank=True,
                        max_length=64,
                        validators=[accounts.validators.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "locale",
                    models.CharField(
                        blank=True,
                        max_length=12,
                        validators=[accounts.validators.validate_locale],
                        verbose_name="language",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "joined_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="joined"
                    ),
                ),
                (
                    "avatar",
                    models.ImageField(
                        blank=True,
                        upload_to=accounts.models.people.avatar_path,
                        verbose_name="picture",
                    ),
                ),
                (
                    "github_username",
                    models.CharField(blank=True, max_length=39, verbose_name="GitHub name"),
                ),
                (
                    "notification_choices",
                    models.JSONField(blank=True, default=dict, verbose_name="notification choices"),
                ),
                (
                    "phone_verified_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="phone proven"),
                ),
                (
                    "tracks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            max_length=12,
                            validators=[
                                django.core.validators.RegexValidator(
                                    "^[A-Z][A-Z0-9]{1,11}$",
                                    "A track code is 2 to 12 capital letters and digits, "
                                    "such as FSD.",
                                )
                            ],
                        ),
                        blank=True,
                        default=list,
                        help_text="For trainers: the tracks whose students they look after.",
                        size=None,
                        verbose_name="teaches",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "indexes": [
                    models.Index(fields=["role"], name="user_role"),
                    models.Index(fields=["-joined_at"], name="user_newest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("phone_verified_at__isnull", False)),
                        fields=("phone",),
                        name="user_proven_phone_is_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("phone_verified_at", None),
                            models.Q(("phone", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="user_proven_phone_is_there",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email", django.db.models.functions.text.Lower("email"))
                        ),
                        name="user_email_in_lower_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["student", "trainer", "admin", "superadmin"])
                        ),
                        name="user_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("track", ""),
                            ("track__regex", "^[A-Z][A-Z0-9]{1,11}$"),
                            _connector="OR",
                        ),
                        name="user_track_is_a_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("phone", ""),
                            ("phone__regex", "^\\+[1-9][0-9]{6,14}$"),
                            _connector="OR",
                        ),
                        name="user_phone_is_e164",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditActor",
            fields=[
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=150, verbose_name="name")),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="e-mail address"),
                ),
                (
                    "user",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="audit_actor",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "person in the audit log",
                "verbose_name_plural": "people in the audit log",
            },
        ),
        migrations.CreateModel(
            name="SignInBrake",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("tries", models.PositiveIntegerField()),
                ("first_try_at", models.DateTimeField()),
                ("wait_until", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["first_try_at"], name="sign_in_brake_age")],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("action", models.CharField(max_length=64, verbose_name="what")),
                (
                    "target_type",
                    models.CharField(blank=True, max_length=64, verbose_name="kind of thing"),
                ),
                (
                    "target_id",
                    models.CharField(blank=True, max_length=64, verbose_name="id of the thing"),
                ),
                (
                    "target_label",
                    models.CharField(blank=True, max_length=200, verbose_name="thing"),
                ),
                ("data", models.JSONField(default=dict, verbose_name="facts")),
                ("address", models.GenericIPAddressField(null=True, verbose_name="address")),
                ("request_id", models.CharField(blank=True, max_length=64, verbose_name="request")),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.auditactor",
                        verbose_name="who",
                    ),
                ),
                (
                    "impersonator",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.auditactor",
                        verbose_name="in truth",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.auditactor",
                        verbose_name="to whom",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit entries",
                "ordering": ["-at", "-pk"],
                "indexes": [
                    models.Index(fields=["-at", "-id"], name="audit_newest"),
                    models.Index(fields=["action", "-at"], name="audit_by_action"),
                    models.Index(fields=["actor", "-at"], name="audit_by_actor"),
                    models.Index(fields=["subject", "-at"], name="audit_by_subject"),
                    models.Index(
                        fields=["target_type", "target_id", "-at"], name="audit_by_target"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "sid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="id in tokens"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("browser", "Browser"), ("tokens", "App")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("password_stamp", models.CharField(editable=False, max_length=64)),
                ("address", models.GenericIPAddressField(null=True, verbose_name="address")),
                (
                    "user_agent",
                    models.CharField(blank=True, max_length=200, verbose_name="program"),
                ),
                ("created_at", models.DateTimeField(verbose_name="signed in")),
                ("last_seen_at", models.DateTimeField(verbose_name="last seen")),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("signed_out", "Signed out"),
                            ("replaced", "Signed in anew in the same browser"),
                            ("reused", "An old refresh token came back"),
                            ("revoked", "Ended by staff"),
                            ("deactivated", "The account was deactivated"),
                            ("password", "The password was changed"),
                            ("closed", "The account was closed"),
                            ("stepped_out", "The impersonation is over"),
                        ],
                        max_length=12,
                        verbose_name="why it ended",
                    ),
                ),
                (
                    "jti",
                    models.UUIDField(
                        editable=False, null=True, verbose_name="current refresh token"
                    ),
                ),
                (
                    "previous_jti",
                    models.UUIDField(
                        editable=False, null=True, verbose_name="previous refresh token"
                    ),
                ),
                (
                    "rotated_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="rotated"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_ins",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "has_second_factor",
                    models.BooleanField(default=False, verbose_name="with a second factor"),
                ),
                (
                    "impersonator",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="impersonations",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="in truth",
                    ),
                ),
                ("proved_at", models.DateTimeField(null=True, verbose_name="last proven")),
                ("way", models.CharField(blank=True, max_length=32, verbose_name="proven by")),
            ],
            options={
                "verbose_name": "sign-in",
                "verbose_name_plural": "sign-ins",
                "indexes": [
                    models.Index(fields=["user", "-last_seen_at"], name="sign_in_of_user"),
                    models.Index(fields=["-created_at"], name="sign_in_newest"),
                    models.Index(fields=["expires_at"], name="sign_in_expiry"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("jti", None), ("kind", "browser")),
                            models.Q(("jti__isnull", False), ("kind", "tokens")),
                            _connector="OR",
                        ),
                        name="sign_in_tokens_have_a_jti",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end_reason", ""), ("ended_at", None)),
                            models.Q(
                                ("ended_at__isnull", False),
                                models.Q(("end_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="sign_in_ends_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD_AUDIT_LOG, LEAVE_AUDIT_LOG),
    ]
