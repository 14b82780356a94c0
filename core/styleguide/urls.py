"""Pages of the styleguide."""

from django.urls import path

from core.styleguide import mail, views

urlpatterns = [
    path("", views.index, name="styleguide"),
    path("layouts/<slug:name>/", views.show_layout, name="styleguide-layout"),
    path("mail/", mail.show_mails, name="styleguide-mail"),
    path("mail/<path:template>/", mail.show_mail, name="styleguide-mail-html"),
    path("<slug:name>/", views.show_component, name="styleguide-component"),
]
