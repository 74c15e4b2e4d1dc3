import '../style/theme.css';
