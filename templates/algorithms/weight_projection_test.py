<% include 'license_header.txt' %>
